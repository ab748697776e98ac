// SPDX-License-Identifier: Apache-2.0
#include "stress/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <watertight/error.h>

#include <algorithm>
#include <array>
#include <vector>

namespace watertight::stress {
namespace {

constexpr int kInterruptEveryMs = 5;
constexpr long kFirstBadStatus = 500;

struct EndEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct EndUrl {
  void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
};
struct EndMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

void check(CURLMcode code, std::string_view call) {
  if (code != CURLM_OK) throw HarnessError(call, curl_multi_strerror(code), 0);
}

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

void initialise_curl() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw HarnessError("curl_global_init", curl_easy_strerror(result), 0);
}

/// Throws ScenarioError for what libcurl would refuse at every request.
void check_url(const std::string& url) {
  const std::unique_ptr<CURLU, EndUrl> parser(curl_url());
  const CURLUcode code = curl_url_set(parser.get(), CURLUPART_URL, url.c_str(), 0);
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (code == CURLUE_OK && is_http) return;
  throw ScenarioError(fmt::format("stress {}: {}; write http://HOST:PORT/PATH", url,
                                  is_http ? curl_url_strerror(code) : "not an http URL"));
}

}  // namespace

struct HttpClient::State {
  struct Request {
    std::unique_ptr<CURL, EndEasy> handle;
    std::array<char, CURL_ERROR_SIZE> error{};
    bool is_running = false;
  };

  explicit State(HttpPlan the_plan);
  ~State() { stop_all(); }

  void prepare(Request& request);
  void begin(Request& request);
  void collect(Tally& tally);
  void stop_all();

  HttpPlan plan;
  std::unique_ptr<CURLM, EndMulti> multi;
  std::vector<Request> requests;
};

HttpClient::State::State(HttpPlan the_plan) : plan(std::move(the_plan)) {
  initialise_curl();
  check_url(plan.url);
  multi.reset(curl_multi_init());
  if (!multi) throw HarnessError("curl_multi_init", plan.url, 0);
  requests.resize(std::max(plan.concurrency, 1u));
  for (Request& request : requests) prepare(request);
}

void HttpClient::State::prepare(Request& request) {
  request.handle.reset(curl_easy_init());
  if (!request.handle) throw HarnessError("curl_easy_init", plan.url, 0);
  CURL* handle = request.handle.get();
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(handle, option, value);
    if (code != CURLE_OK) throw HarnessError("curl_easy_setopt", curl_easy_strerror(code), 0);
  };
  const long fresh = plan.keep_alive ? 0L : 1L;
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(plan.timeout).count();
  set(CURLOPT_URL, plan.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FRESH_CONNECT, fresh);
  set(CURLOPT_FORBID_REUSE, fresh);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
  set(CURLOPT_WRITEFUNCTION, &discard);
  set(CURLOPT_ERRORBUFFER, request.error.data());
  set(CURLOPT_PRIVATE, &request);
}

void HttpClient::State::begin(Request& request) {
  request.error[0] = '\0';
  check(curl_multi_add_handle(multi.get(), request.handle.get()), "curl_multi_add_handle");
  request.is_running = true;
}

void HttpClient::State::collect(Tally& tally) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    CURL* handle = message->easy_handle;  // `message` is gone once the handle is removed.
    Request* request = nullptr;
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &request);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    check(curl_multi_remove_handle(multi.get(), handle), "curl_multi_remove_handle");
    request->is_running = false;

    ++tally.attempted;
    if (result == CURLE_OK && status < kFirstBadStatus) continue;
    ++tally.failed;
    if (!tally.first_failure.empty()) continue;
    const std::string reason =
        request->error[0] != '\0' ? request->error.data() : curl_easy_strerror(result);
    tally.first_failure =
        result != CURLE_OK
            ? fmt::format("{}: {}; does the daemon listen there, and answer within {} s?", plan.url,
                          reason, std::chrono::duration<double>(plan.timeout).count())
            : fmt::format("{}: answered with status {}; see the daemon's output", plan.url, status);
  }
}

void HttpClient::State::stop_all() {
  for (Request& request : requests) {
    if (request.is_running) curl_multi_remove_handle(multi.get(), request.handle.get());
    request.is_running = false;
  }
}

HttpClient::HttpClient(HttpPlan plan) : state_(std::make_unique<State>(std::move(plan))) {}

HttpClient::~HttpClient() = default;

Tally HttpClient::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  Tally tally;
  std::uint64_t begun = 0;
  auto look_at = posix::Clock::now();
  while (tally.attempted < operations) {
    for (State::Request& request : state_->requests) {
      if (request.is_running || begun == operations) continue;
      state_->begin(request);
      ++begun;
    }
    int running = 0;
    check(curl_multi_perform(state_->multi.get(), &running), "curl_multi_perform");
    const std::uint64_t before = tally.attempted;
    state_->collect(tally);
    if (tally.attempted == before) {
      check(curl_multi_poll(state_->multi.get(), nullptr, 0, kInterruptEveryMs, nullptr),
            "curl_multi_poll");
    }
    if (const auto now = posix::Clock::now(); now >= look_at) {
      if (interrupted && interrupted() != 0) break;
      look_at = now + std::chrono::milliseconds(kInterruptEveryMs);
    }
  }
  state_->stop_all();
  return tally;
}

}  // namespace watertight::stress
