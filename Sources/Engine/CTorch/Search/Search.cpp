#include "Search.hpp"

#include "../Vectorised.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

namespace ctorch::search {

double Best::least() const { return isFull() ? rows_.front().score : -std::numeric_limits<double>::infinity(); }

void Best::add(Scored row) {
    if (!isFull()) {
        rows_.push_back(row);
        std::push_heap(rows_.begin(), rows_.end());
    } else if (row < rows_.front()) {
        std::pop_heap(rows_.begin(), rows_.end());
        rows_.back() = row;
        std::push_heap(rows_.begin(), rows_.end());
    }
}

namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

/// Pieces that a thread takes at a time.
constexpr int64_t share = 16;
/// Rows of a piece, of a hundred, below which those that are not left out are scored one by one without bounds.
constexpr int64_t fewRows = 4;
/// Rows, of a hundred, that may be scored after the pass over codes before the pass over float32 takes its place.
constexpr int64_t manyRows = 5;

/// A question while it is answered.
struct Asked {
    const CTorchQuestion &question;
    /// The score that a row must reach, as far as any thread knows.
    std::atomic<double> least{nothing};

    explicit Asked(const CTorchQuestion &question) : question(question) {}

    void raise(double score) {
        double known = least.load(std::memory_order_relaxed);
        while (known < score && !least.compare_exchange_weak(known, score, std::memory_order_relaxed)) {}
    }
};

/// Part of an ascending list: the places whose rows are in a range.
struct Part {
    const int32_t *begin, *end;

    Part(const int32_t *rows, int64_t count, int64_t from, int64_t to)
        : begin(std::lower_bound(rows, rows + count, from)), end(std::lower_bound(begin, rows + count, to)) {}
    bool contains(int64_t row) const { return std::binary_search(begin, end, row); }
};

/// The largest float32 that is not above a number.
float floatBelow(double x) {
    const float y = float(x);
    return y > x ? std::nextafter(y, -std::numeric_limits<float>::infinity()) : y;
}

/// The first place from one on whose bound is not below a number; `count` where there is none. What is not a number is no proof.
CTORCH_VECTORISED int64_t nextReaching(const float *bounds, int64_t from, int64_t count, float least) {
    constexpr int64_t run = 64;
    while (from + run <= count) {
        int32_t reaching = 0;
        for (int64_t i = 0; i < run; ++i) reaching |= bounds[from + i] < least ? 0 : 1;
        if (reaching) break;
        from += run;
    }
    while (from < count && bounds[from] < least) ++from;
    return from;
}

class Search {
  public:
    Search(const CTorchSearchRows &rows, CTorchQuestion *questions, int64_t count, int64_t top, const uint64_t *leftOut)
        : rows_(rows), leftOut_(leftOut), products_(vectors(questions, count), rows.width) {
        hasCodes_ = rows.means != nullptr;
        for (int64_t i = 0; i < count; ++i) {
            asked_.push_back(std::make_unique<Asked>(questions[i]));
            if (hasCodes_) {
                coded_.emplace_back(questions[i].vector, rows);
                hasCodes_ = coded_.back().isFinite;
            }
        }
        int64_t firstRow = 0;
        for (int64_t block = 0; block < rows.block_count; firstRow += rows.blocks[block++].rows) {
            hasCodes_ = hasCodes_ && rows.blocks[block].codes != nullptr;
            for (int64_t first = 0; first < rows.blocks[block].rows; first += share * piece) shares_.push_back({block, first, firstRow});
        }
        // A thread that is woken for less than this would come late.
        const int64_t work = firstRow * rows.width * (3 + count);
        workers_ = std::clamp<int64_t>(std::min<int64_t>(work >> 19, shares_.size()), 1, threads());
        best_.resize(workers_, std::vector<Best>(count, Best(std::min(top, firstRow))));
    }

    void run() {
        inParallel(workers_, [&](int64_t worker) {
            std::vector<float> bounds(roundedUp(asked_.size(), Products::lanes) * piece);
            int64_t own = 0;
            for (int64_t next; (next = next_++) < int64_t(shares_.size());) {
                const Share &share = shares_[next];
                const auto &block = rows_.blocks[share.block];
                for (int64_t first = share.first; first < std::min(block.rows, share.first + search::share * piece); first += piece)
                    answer(block, first, share.firstRow, best_[worker], bounds.data(), own);
            }
            scored_ += own;
        });
    }

    /// The best of all threads.
    void give(CTorchQuestion *questions) const {
        for (size_t i = 0; i < asked_.size(); ++i) {
            std::vector<Scored> all;
            for (const auto &best : best_) all.insert(all.end(), best[i].rows().begin(), best[i].rows().end());
            std::sort(all.begin(), all.end());
            questions[i].found = std::min<int64_t>(all.size(), best_[0][i].capacity());
            for (int64_t place = 0; place < questions[i].found; ++place) {
                questions[i].scores[place] = all[place].score;
                questions[i].rows[place] = all[place].row;
            }
        }
    }

    /// How many rows were scored, over all questions, and whether codes gave the bounds to the end.
    int64_t scored() const { return scored_; }
    bool usedCodes() const { return hasCodes_ && !fellBack_; }

  private:
    struct Share {
        int64_t block, first, firstRow;
    };

    static std::vector<const float *> vectors(const CTorchQuestion *questions, int64_t count) {
        std::vector<const float *> all;
        for (int64_t i = 0; i < count; ++i) all.push_back(questions[i].vector);
        return all;
    }

    bool isLeftOut(int64_t row) const { return leftOut_ && (leftOut_[row / 64] >> (row % 64) & 1); }

    /// How many of up to `piece` rows, from a multiple of 64 on, are left out.
    int64_t leftOutAmong(int64_t row, int64_t count) const {
        int64_t sum = 0;
        if (!leftOut_) return sum;
        for (int64_t i = 0; i < count; i += 64) {
            const uint64_t asked = count - i < 64 ? (uint64_t(1) << (count - i)) - 1 : ~uint64_t(0);
            sum += std::popcount(leftOut_[(row + i) / 64] & asked);
        }
        return sum;
    }

    /// Looks for the best among up to `piece` rows of a block.
    void answer(
        const CTorchSearchBlock &block, int64_t first, int64_t firstRow, std::vector<Best> &best, float *bounds, int64_t &scored) {
        const int64_t count = std::min(piece, block.rows - first), row = firstRow + first;
        const float *vectors = block.vectors + first * rows_.width;
        const int64_t kept = count - leftOutAmong(row, count);
        if (kept == 0) return;
        const bool isScoredAtOnce = kept * 100 < count * fewRows;
        const bool byCodes = hasCodes_ && !fellBack_.load(std::memory_order_relaxed) && !isScoredAtOnce;
        if (byCodes) boundByCodes(block, first, count, rows_.width, coded_, bounds);
        else if (!isScoredAtOnce) products_.bound(vectors, count, block.lengths[first / piece], bounds);
        const int64_t before = scored;
        for (size_t i = 0; i < asked_.size(); ++i) {
            const CTorchQuestion &question = asked_[i]->question;
            const Part skipped(question.skipped, question.skipped_count, row, row + count);
            const Part termed(question.term_rows, question.term_count, row, row + count);
            const double start = byCodes ? coded_[i].start : 0;
            const auto least = [&] { return std::max(best[i].least(), asked_[i]->least.load(std::memory_order_relaxed)); };
            const auto score = [&](int64_t place) {
                if (isLeftOut(row + place) || skipped.contains(row + place)) return;
                double score = product(question.vector, vectors + place * rows_.width, rows_.width);
                const int32_t *term = std::lower_bound(termed.begin, termed.end, row + place);
                if (term != termed.end && *term == row + place) score += question.terms[term - question.term_rows];
                // A mapped file that was damaged can hold anything; what is not a number has no place in an order.
                if (!std::isnan(score)) best[i].add({score, int32_t(row + place)});
                ++scored;
            };
            if (isScoredAtOnce) {
                for (int64_t place = 0; place < count; ++place) score(place);
            } else {
                float *upper = bounds + i * piece;
                // Terms are no less than zero, so that rows without one need none.
                for (const int32_t *term = termed.begin; term < termed.end; ++term) {
                    float &bound = upper[*term - row];
                    const float added = question.terms[term - question.term_rows];
                    bound = bound + added + (std::abs(bound) + added) * 0x1p-20f;
                }
                float least32 = threshold(least(), start);
                for (int64_t place = 0; (place = Vectorised<nextReaching>::call(upper, place, count, least32)) < count; ++place) {
                    score(place);
                    least32 = threshold(least(), start);
                }
            }
            if (best[i].isFull()) asked_[i]->raise(best[i].least());
        }
        if (byCodes) {
            // The first that are found have to be scored whatever their bounds.
            seenByCodes_ += count * int64_t(asked_.size());
            scoredByCodes_ += scored - before;
            const int64_t usual = int64_t(asked_.size()) * workers_ * (best[0].capacity() * 8 + 1024);
            if (scoredByCodes_ > usual + seenByCodes_ / 100 * manyRows) fellBack_ = true;
        }
    }

    /// What a bound, less `start`, must reach: less than the score by what the sums of doubles can lose.
    static float threshold(double least, double start) {
        return floatBelow(least - start - (std::abs(least) + std::abs(start)) * 1e-12);
    }

    const CTorchSearchRows &rows_;
    const uint64_t *leftOut_;
    Products products_;
    std::vector<CodedQuestion> coded_;
    std::vector<std::unique_ptr<Asked>> asked_;
    std::vector<Share> shares_;
    std::vector<std::vector<Best>> best_;  // by worker and question
    int64_t workers_ = 1;
    bool hasCodes_;
    std::atomic<int64_t> next_{0}, scored_{0}, seenByCodes_{0}, scoredByCodes_{0};
    std::atomic<bool> fellBack_{false};
};

} // namespace

} // namespace ctorch::search

bool ctorch_search(
    const CTorchSearchRows *rows, CTorchQuestion *questions, int32_t count, int64_t top, const uint64_t *leftOut, int64_t *scored,
    bool *usedCodes) {
    ctorch::search::Search search(*rows, questions, count, top, leftOut);
    search.run();
    search.give(questions);
    *scored = search.scored();
    *usedCodes = search.usedCodes();
    return true;
}

bool ctorch_search_lengths(const float *vectors, int64_t rows, int64_t width, float *lengths, bool *isFinite) {
    using namespace ctorch::search;
    std::atomic<bool> all{true};
    ctorch::inParallel((rows + piece - 1) / piece, [&](int64_t part) {
        float longest = 0;
        for (int64_t row = part * piece; row < std::min(rows, (part + 1) * piece); ++row) {
            const double squares = product(vectors + row * width, vectors + row * width, width);
            // Squares of float32 do not overflow: they are finite where all numbers are.
            if (!std::isfinite(squares)) all = false;
            longest = std::max(longest, floatAbove(std::sqrt(squares) * (1 + 1e-12)));
        }
        lengths[part] = longest;
    });
    *isFinite = all;
    return true;
}
