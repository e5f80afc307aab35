// ClipText: text of a client's in a message, kept short.

#ifndef TTFLOW_SERVER_CONVERT_CLIP_TEXT_H_
#define TTFLOW_SERVER_CONVERT_CLIP_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace ttflow::server {

// Returns the text, or where it is longer than `max_bytes` (>= 3) its beginning
// and "...". UTF-8 stays UTF-8: a message with half a character in it is
// refused by the client's parser.
std::string ClipText(std::string_view text, std::size_t max_bytes);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_CLIP_TEXT_H_
