// Sample picture: the samples of a run over the true modes, and how it got
// there.

#ifndef TTFLOW_CLIENT_REPORT_SAMPLE_PICTURE_H_
#define TTFLOW_CLIENT_REPORT_SAMPLE_PICTURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/output/npy.h"
#include "client/output/proto_json.h"
#include "client/report/axes.h"

namespace ttflow::client {

// One stage of the pass that trains.
struct StagePoint {
  double t = 0;
  double evaluations = 0;  // of the energy so far
  double weight_ess_fraction = 0;
  bool flow_used = false;
  double validation_r2 = 0;
  double log_evidence = 0;
};

struct SamplePicture {
  std::string title;
  std::string subtitle;
  int dimension = 2;
  std::string x_name = "x1";
  std::string y_name = "x2";
  std::vector<Point> samples;  // first two coordinates; (x, 0) where d = 1
  std::vector<Point> modes;    // true centres, the same two; empty: not known
  std::vector<StagePoint> stages;
  // Over energy evaluations instead of annealing time: a search may jump to
  // the target and go on there.
  bool by_evaluations = false;
};

// Gathers the picture of a run from its result.json and samples.npy. The modes
// come from the target that result.json names; a target that is not built in
// has none. Errors: kInvalidArgument where the two do not belong together or
// lack a key.
absl::StatusOr<SamplePicture> MakeSamplePicture(const Json& result,
                                                const NpyArray& samples);

// The picture as one self-contained SVG document, 960 by 480, with a text
// alternative. Dots are thinned to 6000.
std::string SamplePictureSvg(const SamplePicture& picture);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_REPORT_SAMPLE_PICTURE_H_
