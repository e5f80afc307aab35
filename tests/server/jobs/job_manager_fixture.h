// A job manager over SQLite in a temporary directory, with a fake runner.

#ifndef TTFLOW_TESTS_SERVER_JOBS_JOB_MANAGER_FIXTURE_H_
#define TTFLOW_TESTS_SERVER_JOBS_JOB_MANAGER_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "server/jobs/job_manager.h"
#include "server/storage/sqlite/sqlite_database.h"
#include "server/storage/store_error.h"
#include "tests/server/jobs/fake_runner.h"
#include "tests/server/storage/temporary_directory.h"

namespace ttflow::server {

class JobManagerFixture : public testing::Test {
 protected:
  void SetUp() override { Open(); }

  // Opens the database anew, with a new runner and manager, not started.
  void Open(const JobManagerOptions& options = {}) {
    manager_.reset();
    database_.reset();
    runner_ = std::make_unique<FakeRunner>();
    auto opened = OpenSqliteDatabase({.directory = directory_.path()});
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
    manager_ = std::make_unique<JobManager>(*database_, *runner_, options);
  }

  void Start() {
    const absl::Status status = manager_->Start();
    ASSERT_TRUE(status.ok()) << status;
  }

  std::string Create(const std::string& spec) {
    const auto created = manager_->CreateJob({.spec = spec});
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->job.id : "";
  }

  // Waits for the job's end.
  JobRecord Finish(const std::string& id) {
    const auto job = manager_->WaitForEnd(id, absl::Now() + absl::Seconds(10));
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_TRUE(job.ok() && IsTerminal(job->state));
    return job.ok() ? *job : JobRecord();
  }

  JobState StateOf(const std::string& id) {
    return manager_->GetJob(id)->state;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<FakeRunner> runner_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<JobManager> manager_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_SERVER_JOBS_JOB_MANAGER_FIXTURE_H_
