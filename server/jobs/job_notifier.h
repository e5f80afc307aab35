// JobNotifier: wakes whoever watches a job, without a thread a watcher.

#ifndef TTFLOW_SERVER_JOBS_JOB_NOTIFIER_H_
#define TTFLOW_SERVER_JOBS_JOB_NOTIFIER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace ttflow::server {

// Calls back on every change of a job: a new stage, another state, deletion.
//
// A callback carries no data and may come more often than there are changes: it
// says "read again". Subscribe first, then read, and nothing is missed.
// Threads: all functions are safe to call concurrently.
class JobNotifier {
 public:
  // Ends with its destruction: afterwards the callback neither runs nor will.
  // Destroy it under no lock that the callback takes, and before the notifier;
  // it may be destroyed by the callback itself.
  class Subscription;

  JobNotifier();
  ~JobNotifier();
  JobNotifier(const JobNotifier&) = delete;
  JobNotifier& operator=(const JobNotifier&) = delete;

  // Calls `callback` on changes of the job until the subscription ends. It runs
  // on the thread that made the change and must be quick: schedule, do not
  // read.
  std::unique_ptr<Subscription> Subscribe(std::string_view job_id,
                                          std::function<void()> callback);

  // Calls the callbacks of the job.
  void Notify(std::string_view job_id);

  // Calls every callback: the server stops.
  void NotifyAll();

  // Number of subscriptions that live.
  std::int64_t num_subscriptions() const;

 private:
  struct Entry;

  void Run(const std::shared_ptr<Entry>& entry);
  void Remove(const std::shared_ptr<Entry>& entry);

  mutable std::mutex mutex_;  // guards entries_
  std::multimap<std::string, std::shared_ptr<Entry>, std::less<>> entries_;
};

class JobNotifier::Subscription {
 public:
  Subscription(JobNotifier& notifier, std::shared_ptr<Entry> entry);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  JobNotifier& notifier_;
  std::shared_ptr<Entry> entry_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_JOBS_JOB_NOTIFIER_H_
