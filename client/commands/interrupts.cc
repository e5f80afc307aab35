#include "client/commands/interrupts.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "client/errors/client_error.h"

namespace ttflow::client {
namespace {

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { Run(); });
}

Interrupts::~Interrupts() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  pthread_kill(thread_.native_handle(), SIGINT);  // ends its sigwait
  thread_.join();
}

void Interrupts::Run() {
  const sigset_t signals = HandledSignals();
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) return;
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (!on_interrupt_ || interrupted_)
      _exit(static_cast<int>(ExitCode::kInterrupted));
    interrupted_ = true;
    on_interrupt_();
  }
}

Interrupts::Scope::Scope(Interrupts& interrupts,
                         std::function<void()> on_interrupt)
    : interrupts_(interrupts) {
  const std::lock_guard lock(interrupts_.mutex_);
  interrupts_.on_interrupt_ = std::move(on_interrupt);
}

Interrupts::Scope::~Scope() {
  const std::lock_guard lock(interrupts_.mutex_);
  interrupts_.on_interrupt_ = nullptr;
}

}  // namespace ttflow::client
