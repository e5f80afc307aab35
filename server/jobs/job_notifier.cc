#include "server/jobs/job_notifier.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

namespace ttflow::server {

struct JobNotifier::Entry {
  std::string job_id;
  std::function<void()> callback;

  std::mutex mutex;  // guards all below
  std::condition_variable left;
  bool ended = false;
  // Threads inside the callback.
  std::vector<std::thread::id> inside;
};

JobNotifier::JobNotifier() = default;
JobNotifier::~JobNotifier() = default;

std::unique_ptr<JobNotifier::Subscription> JobNotifier::Subscribe(
    std::string_view job_id, std::function<void()> callback) {
  auto entry = std::make_shared<Entry>();
  entry->job_id = std::string(job_id);
  entry->callback = std::move(callback);
  const std::lock_guard lock(mutex_);
  entries_.emplace(entry->job_id, entry);
  return std::make_unique<Subscription>(*this, entry);
}

void JobNotifier::Notify(std::string_view job_id) {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = entries_.equal_range(job_id);
    std::transform(
        first, last, std::back_inserter(entries), [](const auto& item) {
          return item.second;
        });
  }
  for (const auto& entry : entries) {
    Run(entry);
  }
}

void JobNotifier::NotifyAll() {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [job_id, entry] : entries_) {
      entries.push_back(entry);
    }
  }
  for (const auto& entry : entries) {
    Run(entry);
  }
}

std::int64_t JobNotifier::num_subscriptions() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(entries_.size());
}

void JobNotifier::Run(const std::shared_ptr<Entry>& entry) {
  const std::thread::id self = std::this_thread::get_id();
  {
    const std::lock_guard lock(entry->mutex);
    if (entry->ended) {
      return;
    }
    entry->inside.push_back(self);
  }
  entry->callback();
  const std::lock_guard lock(entry->mutex);
  entry->inside.erase(
      std::find(entry->inside.begin(), entry->inside.end(), self));
  entry->left.notify_all();
}

void JobNotifier::Remove(const std::shared_ptr<Entry>& entry) {
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = entries_.equal_range(entry->job_id);
    const auto found = std::find_if(
        first, last, [&](const auto& item) { return item.second == entry; });
    if (found != last) {
      entries_.erase(found);
    }
  }
  const std::thread::id self = std::this_thread::get_id();
  std::unique_lock lock(entry->mutex);
  entry->ended = true;
  entry->left.wait(lock, [&entry, self] {
    return std::all_of(entry->inside.begin(),
                       entry->inside.end(),
                       [self](std::thread::id id) { return id == self; });
  });
}

JobNotifier::Subscription::Subscription(JobNotifier& notifier,
                                        std::shared_ptr<Entry> entry)
    : notifier_(notifier), entry_(std::move(entry)) {}

JobNotifier::Subscription::~Subscription() { notifier_.Remove(entry_); }

}  // namespace ttflow::server
