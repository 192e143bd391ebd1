// `lockstep bench hmac`: what verifying one signed request costs, beside OpenSSL's own figure of
// the same run.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddHmacBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
