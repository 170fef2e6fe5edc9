#include "Search.hpp"

#include <algorithm>
#include <limits>

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

} // namespace ctorch::search
