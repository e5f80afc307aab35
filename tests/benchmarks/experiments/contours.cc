#include "tests/benchmarks/experiments/contours.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace ttflow::benchmarks {
namespace {

// An edge of the grid: from (row, column) to the right or down.
struct Edge {
  Index row = 0;
  Index column = 0;
  bool down = false;
  auto operator<=>(const Edge&) const = default;
};

class Marcher {
 public:
  Marcher(const Matrix& values, double level) : values_(values), level_(level) {
    for (Index row = 0; row + 1 < values.rows(); ++row) {
      for (Index column = 0; column + 1 < values.cols(); ++column) {
        AddCell(row, column);
      }
    }
  }

  std::vector<Contour> Lines() {
    std::vector<Contour> lines;
    // Open lines first: from an end, so that none is started in its middle.
    for (const bool open : {true, false}) {
      for (const auto& [edge, neighbours] : neighbours_) {
        if (!visited_[edge] && (neighbours.size() == 1 || !open)) {
          lines.push_back(Trace(edge));
        }
      }
    }
    return lines;
  }

 private:
  bool Above(Index row, Index column) const {
    return values_(row, column) > level_;
  }

  // Joins the edges that the line crosses, pair by pair around the cell.
  void AddCell(Index row, Index column) {
    const Edge top{row, column, false};
    const Edge right{row, column + 1, true};
    const Edge bottom{row + 1, column, false};
    const Edge left{row, column, true};
    const bool corners[] = {Above(row, column),
                            Above(row, column + 1),
                            Above(row + 1, column + 1),
                            Above(row + 1, column)};
    const Edge around[] = {top, right, bottom, left};
    std::vector<Edge> crossed;
    for (int k = 0; k < 4; ++k) {
      if (corners[k] != corners[(k + 1) % 4]) crossed.push_back(around[k]);
    }
    if (crossed.size() == 2) {
      Join(crossed[0], crossed[1]);
    } else if (crossed.size() == 4) {
      // Each of the two higher corners is cut off by itself.
      Join(corners[0] ? left : top, corners[0] ? top : right);
      Join(corners[0] ? right : bottom, corners[0] ? bottom : left);
    }
  }

  void Join(const Edge& a, const Edge& b) {
    neighbours_[a].push_back(b);
    neighbours_[b].push_back(a);
  }

  std::array<double, 2> Place(const Edge& edge) const {
    const double from = values_(edge.row, edge.column);
    const double to = edge.down ? values_(edge.row + 1, edge.column)
                                : values_(edge.row, edge.column + 1);
    const double along = std::isfinite(to - from)
                             ? std::clamp((level_ - from) / (to - from), 0., 1.)
                             : 0.5;
    return {static_cast<double>(edge.column) + (edge.down ? 0 : along),
            static_cast<double>(edge.row) + (edge.down ? along : 0)};
  }

  Contour Trace(const Edge& start) {
    Contour line;
    Edge edge = start;
    for (;;) {
      visited_[edge] = true;
      line.push_back(Place(edge));
      const std::vector<Edge>& next = neighbours_.at(edge);
      const auto onward =
          std::find_if(next.begin(), next.end(), [&](const Edge& other) {
            return !visited_[other];
          });
      if (onward != next.end()) {
        edge = *onward;
        continue;
      }
      const bool closed =
          line.size() > 2 &&
          std::find(next.begin(), next.end(), start) != next.end();
      if (closed) line.push_back(line.front());
      return line;
    }
  }

  const Matrix& values_;
  double level_;
  std::map<Edge, std::vector<Edge>> neighbours_;
  std::map<Edge, bool> visited_;
};

}  // namespace

std::vector<Contour> Contours(const Matrix& values, double level) {
  return Marcher(values, level).Lines();
}

}  // namespace ttflow::benchmarks
