// @binance/spot, as it comes: REST, streams and the user's own stream. Node's own test runner.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { Spot } from '@binance/spot';

const symbol = 'BTCUSDT';
const data = mkdtempSync(join(tmpdir(), 'lockstep-clients-'));
let server, address, keys;

before(async () => {
  server = spawn(process.env.LOCKSTEP, ['exchange', '--dev', '--data', data, '--listen', '127.0.0.1:0', '--sbe', '127.0.0.1:0']);
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith('ready')) {
      address = /http=(\S+)/.exec(line)[1];
      break;
    }
  }
  assert.ok(address, 'the exchange is ready');
  keys = JSON.parse(readFileSync(join(data, 'dev-keys.json'), 'utf8'));
});

after(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  assert.equal(await ended, 0);
  rmSync(data, { recursive: true });
});

const client = (account) => new Spot({
  configurationRestAPI: { ...keys[account], basePath: `http://${address}` },
  configurationWebsocketAPI: { ...keys[account], wsURL: `ws://${address}/ws-api/v3` },
  configurationWebsocketStreams: { wsURL: `ws://${address}` },
});

const rest = async (call) => (await call).data();

test('two users trade over REST', async () => {
  const maker = client('maker').restAPI;
  const taker = client('taker').restAPI;
  const ask = await rest(maker.newOrder({ symbol, side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.5, price: 60000 }));
  assert.equal(ask.status, 'NEW');
  const hit = await rest(taker.newOrder({ symbol, side: 'BUY', type: 'MARKET', quantity: 0.2 }));
  assert.equal(hit.status, 'FILLED');
  assert.equal(hit.fills[0].price, '60000.00000000');
  const byQuote = await rest(taker.newOrder({ symbol, side: 'BUY', type: 'MARKET', quoteOrderQty: 600 }));
  assert.equal(byQuote.executedQty, '0.01000000');
  const makerOnly = await rest(maker.newOrder({ symbol, side: 'BUY', type: 'LIMIT_MAKER', quantity: 0.1, price: 50000 }));
  assert.equal((await rest(maker.getOpenOrders({ symbol }))).length, 2);
  assert.equal((await rest(maker.getOrder({ symbol, orderId: ask.orderId }))).executedQty, '0.21000000');
  assert.ok((await rest(maker.myTrades({ symbol }))).every((trade) => trade.isMaker));
  assert.equal((await rest(taker.allOrders({ symbol }))).length, 2);
  assert.ok((await rest(taker.getAccount({}))).balances.some((balance) => balance.asset === 'BTC'));
  assert.equal((await rest(taker.depth({ symbol }))).asks[0][0], '60000.00000000');
  assert.equal((await rest(taker.ticker24hr({ symbol }))).lastPrice, '60000.00000000');
  assert.equal((await rest(taker.klines({ symbol, interval: '1m' }))).at(-1)[4], '60000.00000000');
  assert.equal((await rest(taker.exchangeInfo({ symbol }))).symbols[0].status, 'TRADING');
  assert.equal((await rest(maker.deleteOrder({ symbol, orderId: makerOnly.orderId }))).status, 'CANCELED');
  await rest(maker.deleteOpenOrders({ symbol }));
  assert.equal((await rest(maker.getOpenOrders({ symbol }))).length, 0);
  await assert.rejects(rest(maker.deleteOrder({ symbol, orderId: ask.orderId })), /Unknown order sent/);
});

test('streams and the own execution reports arrive', async (t) => {
  const maker = client('maker');
  const streams = await maker.websocketStreams.connect();
  const api = await maker.websocketAPI.connect();
  // A client that is left connected reconnects for ever, whatever became of the test.
  t.after(() => Promise.all([streams.disconnect(), api.disconnect()]));
  const seen = {};
  streams.trade({ symbol: 'btcusdt' }).on('message', (message) => { seen.trade = message; });
  streams.diffBookDepth({ symbol: 'btcusdt' }).on('message', (message) => { seen.depth = message; });
  streams.kline({ symbol: 'btcusdt', interval: '1m' }).on('message', (message) => { seen.kline = message; });
  const own = await api.userDataStreamSubscribeSignature();
  own.stream.on('message', (message) => { if (message.e === 'executionReport') { seen.report = message; } });
  const deadline = Date.now() + 30_000;
  while (['trade', 'depth', 'kline', 'report'].some((name) => !(name in seen))) {
    assert.ok(Date.now() < deadline, `seen: ${Object.keys(seen)}`);
    await rest(maker.restAPI.newOrder({ symbol, side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.001, price: 61000 }));
    await rest(maker.restAPI.newOrder({ symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'IOC', quantity: 0.001, price: 61000 }));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(seen.trade.p, '61000.00000000');
  const placed = await api.orderPlace({ symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.1, price: 40000 });
  assert.equal(placed.data.status, 'NEW');
  const cancelled = await api.orderCancel({ symbol, orderId: placed.data.orderId });
  assert.equal(cancelled.data.status, 'CANCELED');
});
