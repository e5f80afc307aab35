// Logging: one line an event, to standard error.

#ifndef TTFLOW_SERVER_LOGGING_LOGGING_H_
#define TTFLOW_SERVER_LOGGING_LOGGING_H_

#include <optional>
#include <string_view>

namespace ttflow::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// "debug", "info", "warning", "error", "off"; nullopt for any other text.
std::optional<LogLevel> ParseLogLevel(std::string_view name);

// Sets what is written from now on; the default is kWarning, so that a program
// that embeds the server stays quiet. Threads: safe to call concurrently.
void SetLogLevel(LogLevel level);

// Write one line "time level message"; line breaks and other control characters
// in the message, which may come from a client, are written as spaces. Threads:
// safe to call concurrently.
void LogDebug(std::string_view message);
void LogInfo(std::string_view message);
void LogWarning(std::string_view message);
void LogError(std::string_view message);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_LOGGING_LOGGING_H_
