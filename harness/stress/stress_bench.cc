// SPDX-License-Identifier: Apache-2.0
//
// Operations a second that the drivers reach, and what one wait for quiescence costs.

#include "launch/daemon.h"
#include "stress/http_client.h"
#include "stress/quiescence.h"
#include "stress/socket_client.h"
#include "stress/stress.h"
#include "stress/test_server.h"

#include <benchmark/benchmark.h>

namespace watertight::stress {
namespace {

constexpr std::uint64_t kRound = 1024;
const std::function<int()> kNever = [] { return 0; };

void count(benchmark::State& state, const Tally& tally) {
  state.counters["operations"] += static_cast<double>(tally.attempted);
  if (tally.failed > 0) state.SkipWithError(tally.first_failure.c_str());
}

void as_rate(benchmark::State& state) {
  state.counters["operations"].flags = benchmark::Counter::kIsRate;
}

launch::Daemon sample(const char* name, std::vector<Stress> stress, unsigned concurrency) {
  Scenario scenario;
  scenario.command = {std::string(WATERTIGHT_SAMPLE_DAEMONS "/") + name, "{port}"};
  scenario.stress = std::move(stress);
  scenario.concurrency = concurrency;
  return std::get<launch::Daemon>(launch::launch(scenario));
}

Stress tcp_line(Manner manner) {
  Stress stress;
  stress.kind = Stress::Kind::kTcp;
  stress.target = "127.0.0.1:{port}";
  stress.send = {"hello\n"};
  if (manner == Manner::kPolite) stress.expect = "^ok\n";
  stress.manners = {manner};
  return stress;
}

/// The goal: 10 000 operations a second on 2 cores, the daemon in a process of its own.
void TcpToASampleDaemon(benchmark::State& state) {
  const auto manner = static_cast<Manner>(state.range(0));
  const auto concurrency = static_cast<unsigned>(state.range(1));
  launch::Daemon daemon = sample("accept_close", {tcp_line(manner)}, concurrency);
  Workload workload(daemon);
  for (auto _ : state) count(state, workload.next_round(kRound, std::nullopt, kNever));
  as_rate(state);
}
BENCHMARK(TcpToASampleDaemon)
    ->ArgNames({"manner", "concurrency"})
    ->ArgsProduct({{static_cast<long>(Manner::kPolite)}, {1, 4, 16}})
    ->ArgsProduct({{static_cast<long>(Manner::kEarlyClose), static_cast<long>(Manner::kReset),
                    static_cast<long>(Manner::kHalfClose), static_cast<long>(Manner::kNoRead),
                    static_cast<long>(Manner::kHold)},
                   {4}})
    ->UseRealTime()
    ->MinTime(2.0)
    ->Unit(benchmark::kMillisecond);

void SocketToAThread(benchmark::State& state, const posix::SocketAddress& at) {
  TestServer server({}, at);
  SocketClient client(
      {.name = "server", .addresses = {server.address()}, .send = {"hello\n"}, .expect = "^ok\n"});
  for (auto _ : state) count(state, client.perform(kRound, kNever));
  as_rate(state);
}
BENCHMARK_CAPTURE(SocketToAThread, tcp, loopback())->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SocketToAThread, unix, unix_address())
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void HttpToAThread(benchmark::State& state) {
  TestServer server(
      {.delimiter = "\r\n\r\n", .answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"});
  HttpClient client({.url = "http://127.0.0.1:" + std::to_string(server.address().port()) + "/",
                     .keep_alive = state.range(0) != 0});
  for (auto _ : state) count(state, client.perform(kRound, kNever));
  as_rate(state);
}
BENCHMARK(HttpToAThread)
    ->ArgName("keep_alive")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void Quiescence(benchmark::State& state) {
  const launch::Daemon daemon = sample("accept_close", {}, 1);
  for (auto _ : state) {
    if (!wait_until_quiet([&] { return daemon.processes(); }, std::chrono::seconds(1))) {
      state.SkipWithError("never quiet");
    }
  }
}
BENCHMARK(Quiescence)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace watertight::stress
