#include "server/convert/clip_text.h"

namespace ttflow::server {

std::string ClipText(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  std::size_t end = max_bytes - 3;
  // Bytes 10xxxxxx go on with a character: none may be the first that is lost.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return std::string(text.substr(0, end)).append("...");
}

}  // namespace ttflow::server
