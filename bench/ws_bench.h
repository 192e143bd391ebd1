// `lockstep bench ws`: how long a market event takes from the feed to each of its WebSocket
// subscribers.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddWsBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
