#include "core/foundation/check.h"
#include "core/moves/hmc.h"
#include "core/moves/langevin.h"
#include "core/moves/move.h"

namespace ttflow {

const Move& GetMove(MoveKind kind) {
  static const LangevinMove langevin;
  static const HmcMove hmc;
  switch (kind) {
    case MoveKind::kMala:
      return langevin;
    case MoveKind::kHmc:
      return hmc;
  }
  TTFLOW_CHECK(false);
}

}  // namespace ttflow
