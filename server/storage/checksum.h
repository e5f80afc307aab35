// CRC-32C: the checksum of stored chunks and of sample batches on the wire.

#ifndef TTFLOW_SERVER_STORAGE_CHECKSUM_H_
#define TTFLOW_SERVER_STORAGE_CHECKSUM_H_

#include <cstdint>
#include <string_view>

namespace ttflow::server {

// Returns the CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of the
// bytes, with the processor's instruction where the build has it.
//
// Source: RFC 3720, appendix B.4; the check value of "123456789" is 0xE3069283.
std::uint32_t Crc32c(std::string_view bytes);

// The same from a table; what Crc32c is on other processors.
std::uint32_t Crc32cPortable(std::string_view bytes);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_CHECKSUM_H_
