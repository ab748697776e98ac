// SPDX-License-Identifier: Apache-2.0
#include "launch/endpoint.h"
#include "rehearsals/client.h"
#include "rehearsals/signals/checks.h"
#include "rehearsals/stage.h"
#include "stress/stress.h"

#include <fmt/format.h>

namespace watertight::rehearsals {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kClients = 200, kQuickClients = 60;
/// The first answer to a client that has gone is met by its reset, the next one by SIGPIPE.
constexpr int kRequests = 8;
constexpr auto kMostForAll = 5s;

std::string repeated(const std::string& request) {
  std::string text;
  for (int i = 0; i < kRequests; ++i) text += request;
  return text;
}

/// The stresses as clients have them who ask several things at once and hang up; of streams that
/// are not encrypted only.
std::vector<Stress> rude(const std::vector<Stress>& stress) {
  std::vector<Stress> chosen;
  for (Stress one : answered(stress)) {
    if (one.kind == Stress::Kind::kHttp) {
      const auto endpoint = launch::endpoint_of(one);
      if (!endpoint || endpoint->is_encrypted) continue;
      one.kind = Stress::Kind::kTcp;
      one.target = fmt::format("{}:{}", endpoint->host, endpoint->port);
      one.send = {
          fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", endpoint->request, endpoint->host)};
    }
    const bool is_stream = one.kind == Stress::Kind::kTcp || one.kind == Stress::Kind::kUnix;
    if (!is_stream || one.send.empty()) continue;
    for (std::string& request : one.send) request = repeated(request);
    one.manners = {Manner::kEarlyClose, Manner::kReset};
    chosen.push_back(one);
  }
  return chosen;
}

}  // namespace

CheckResult signals_sigpipe(const Scenario& scenario, const Interrupted& interrupted) {
  Stage stage(scenario, interrupted);
  auto daemon = stage.start();
  if (!daemon) return stage.trouble();
  const std::vector<Stress> hang_ups = rude(daemon->scenario().stress);
  if (hang_ups.empty())
    return not_applicable(
        "needs a --stress of a stream: tcp, unix or http, with something to send");
  stress::Workload clients(*daemon, hang_ups);
  Client client(*daemon);
  const std::uint64_t count = depth(scenario, kQuickClients, kClients);
  const posix::Deadline deadline(kMostForAll);
  clients.next_round(count, std::nullopt,
                     [&] { return stage.is_interrupted() || deadline.has_passed(); });
  const auto complaint = client.complaint(interrupted);
  if (stage.is_interrupted()) return stage.trouble();
  if (!daemon->is_alive()) {
    const auto status = daemon->exit_status();
    return failed(fmt::format("{} when clients hung up before their answers",
                              status ? status->describe() : "ended"),
                  log_evidence(*daemon));
  }
  if (complaint) return failed("after clients hung up " + *complaint, describe_hang(*daemon));
  return passed(
      fmt::format("{} clients hang up with answers under way, and it answers the next; would have "
                  "caught one that SIGPIPE ends",
                  count));
}

}  // namespace watertight::rehearsals
