#include "client/output/atomic_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

namespace fs = std::filesystem;

std::string FreshFolder(const char* name) {
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder.string();
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::ptrdiff_t NumEntries(const std::string& folder) {
  return std::distance(fs::directory_iterator(folder),
                       fs::directory_iterator());
}

TEST(AtomicFileTest, TheFileAppearsOnlyWithCommit) {
  const std::string folder = FreshFolder("atomic-commit");
  const std::string path = folder + "/a.txt";
  auto file = AtomicFile::Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Append("hello ").ok());
  ASSERT_TRUE(file->Append("world").ok());
  ASSERT_TRUE(file->Overwrite(0, "J").ok());
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Contents(path), "Jello world");
  EXPECT_EQ(NumEntries(folder), 1);
}

TEST(AtomicFileTest, WithoutCommitTheOldFileStaysAndNothingIsLeftBehind) {
  const std::string folder = FreshFolder("atomic-discard");
  const std::string path = folder + "/a.txt";
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  {
    auto file = AtomicFile::Create(path);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Append("new").ok());
    AtomicFile moved = *std::move(file);
    ASSERT_TRUE(moved.Append("er").ok());
  }
  EXPECT_EQ(Contents(path), "old");
  EXPECT_EQ(NumEntries(folder), 1);
}

TEST(AtomicFileTest, TheFileIsReadableLikeAnyOther) {
  const std::string path = FreshFolder("atomic-mode") + "/a.txt";
  ASSERT_TRUE(WriteFileAtomically(path, "x").ok());
  EXPECT_NE(fs::status(path).permissions() & fs::perms::owner_read,
            fs::perms::none);
  EXPECT_EQ(fs::status(path).permissions() & fs::perms::owner_exec,
            fs::perms::none);
}

TEST(AtomicFileTest, AMissingFolderIsAnErrorWithThePath) {
  const absl::Status status = WriteFileAtomically("/no/such/folder/a.txt", "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(std::string(status.message()).find("/no/such/folder/a.txt"),
            std::string::npos);
  EXPECT_FALSE(ReadFile("/no/such/file").ok());
}

}  // namespace
}  // namespace ttflow::client
