// `lockstep bench api`: what the gateway in Binance's dialect itself costs for one signed order:
// from the bytes of the request to the command on the ring, and from the events to the answer's
// text. No sockets, and the engine between the two is not counted.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddApiBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
