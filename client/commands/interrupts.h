// Interrupts: Ctrl-C and SIGTERM, handled on a thread and not in a signal
// handler.

#ifndef TTFLOW_CLIENT_COMMANDS_INTERRUPTS_H_
#define TTFLOW_CLIENT_COMMANDS_INTERRUPTS_H_

#include <functional>
#include <mutex>
#include <thread>

namespace ttflow::client {

// Made once, before any other thread, so that all of them leave the signals to
// it.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // While it lives, the first signal calls `on_interrupt`, on another thread;
  // the second ends the process with 130, as does the first where no scope
  // lives.
  class Scope {
   public:
    Scope(Interrupts& interrupts, std::function<void()> on_interrupt);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Interrupts& interrupts_;
  };

 private:
  void Run();

  std::mutex mutex_;
  std::function<void()> on_interrupt_;
  bool interrupted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_COMMANDS_INTERRUPTS_H_
