// Table: columns of text, aligned.

#ifndef TTFLOW_CLIENT_OUTPUT_TABLE_H_
#define TTFLOW_CLIENT_OUTPUT_TABLE_H_

#include <string>
#include <vector>

namespace ttflow::client {

// Returns the rows, the first of which is the header, with two spaces between
// columns; a header that begins with ">" makes its column right-aligned.
std::string TableText(const std::vector<std::vector<std::string>>& rows);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_TABLE_H_
