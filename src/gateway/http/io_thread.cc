#include "gateway/http/io_thread.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "base/assert.h"
#include "base/thread_kind.h"

namespace lockstep {

namespace asio = boost::asio;

class IoThread::Watched {
 public:
  Watched(asio::io_context& context, Waker& waker, std::function<bool()> drain,
          std::function<bool()> is_empty)
      : context_(context),
        waker_(waker),
        drain_(std::move(drain)),
        is_empty_(std::move(is_empty)),
        ready_(context, waker.fd()) {}

  // The descriptor is the waker's.
  ~Watched() { ready_.release(); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  void Run() {
    for (;;) {
      if (drain_()) {
        asio::post(context_, [this] { Run(); });
        return;
      }
      waker_.Arm();
      if (is_empty_()) {
        break;
      }
      waker_.Disarm();
    }
    ready_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (!error) {
                          waker_.Disarm();
                          Run();
                        }
                      });
  }

 private:
  asio::io_context& context_;
  Waker& waker_;
  std::function<bool()> drain_;
  std::function<bool()> is_empty_;
  asio::posix::stream_descriptor ready_;
};

namespace {

// Owns itself through its own waiting: gone when the loop ends.
class Repeater : public std::enable_shared_from_this<Repeater> {
 public:
  Repeater(asio::io_context& context, std::chrono::milliseconds interval,
           std::function<void()> work)
      : timer_(context), interval_(interval), work_(std::move(work)) {}

  void Wait() {
    timer_.expires_after(interval_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) {
        self->work_();
        self->Wait();
      }
    });
  }

 private:
  asio::steady_timer timer_;
  std::chrono::milliseconds interval_;
  std::function<void()> work_;
};

}  // namespace

IoThread::IoThread(const char* name) : name_(name), work_(context_.get_executor()) {
  // The loop's own descriptors are made with its first timer: now, where a lack of them is an error
  // of the start, and not on the loop's thread, where it would end the process.
  const asio::steady_timer first(context_);
}
IoThread::~IoThread() { Stop(); }

void IoThread::Start() {
  LOCKSTEP_ASSERT(!thread_.joinable());
  thread_ = std::thread([this] {
    DescribeThread(name_, ThreadKind::kPrompt);
    context_.run();
  });
}

void IoThread::Stop() {
  context_.stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void IoThread::Post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void IoThread::Every(std::chrono::milliseconds interval, std::function<void()> work) {
  std::make_shared<Repeater>(context_, interval, std::move(work))->Wait();
}

void IoThread::Watch(Waker& waker, std::function<bool()> drain, std::function<bool()> is_empty) {
  watched_.push_back(
      std::make_unique<Watched>(context_, waker, std::move(drain), std::move(is_empty)));
  asio::post(context_, [watched = watched_.back().get()] { watched->Run(); });
}

}  // namespace lockstep
