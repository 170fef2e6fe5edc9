#include "ResidualNorm.hpp"

#include "../Vectorised.hpp"

#include <cmath>

namespace ctorch::history {

namespace {

CTORCH_VECTORISED void normaliseRow(
    int64_t width, const float *__restrict x, const float *__restrict y, const float *__restrict c, const float *__restrict m,
    const NormParameters &parameters, float *__restrict normalised, float *inverse, float *__restrict out) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int64_t i = 0; i < width; ++i) {
        normalised[i] = x[i] + m[i] * (y[i] + c[i]);
        sum += normalised[i];
    }
    const float mean = sum / static_cast<float>(width);
    float squares = 0;
    for (int64_t i = 0; i < width; ++i) {
        normalised[i] -= mean;
        squares += normalised[i] * normalised[i];
    }
    const float factor = 1 / std::sqrt(squares / static_cast<float>(width) + parameters.epsilon);
    for (int64_t i = 0; i < width; ++i) {
        normalised[i] *= factor;
        out[i] = parameters.weight[i] * normalised[i] + parameters.bias[i];
    }
    *inverse = factor;
}

CTORCH_VECTORISED void normaliseRowBackward(
    int64_t width, float *__restrict gradient, float *__restrict branch, const float *__restrict m, const float *__restrict weight,
    const float *__restrict normalised, float inverse, float *__restrict weightSum, float *__restrict biasSum,
    float *__restrict branchSum) {
#pragma clang fp reassociate(on)
    float sum = 0, product = 0;
    for (int64_t i = 0; i < width; ++i) {
        const float slope = gradient[i] * weight[i];
        sum += slope;
        product += slope * normalised[i];
        weightSum[i] += gradient[i] * normalised[i];
        biasSum[i] += gradient[i];
    }
    const float mean = sum / static_cast<float>(width), share = product / static_cast<float>(width);
    for (int64_t i = 0; i < width; ++i) {
        gradient[i] = inverse * (gradient[i] * weight[i] - mean - normalised[i] * share);
        branch[i] = m[i] * gradient[i];
        branchSum[i] += branch[i];
    }
}

} // namespace

void normalise(
    int64_t rows, int64_t width, const float *x, const float *y, const float *c, RowsOf m, const NormParameters &parameters,
    float *normalised, float *inverse, float *out) {
    for (int64_t row = 0; row < rows; ++row) {
        const int64_t place = row * width;
        Vectorised<normaliseRow>::call(
            width, x + place, y + place, c, m.data + row * m.stride, parameters, normalised + place, inverse + row, out + place);
    }
}

void normaliseBackward(
    int64_t rows, int64_t width, float *gradient, float *branch, RowsOf m, const float *weight, const float *normalised,
    const float *inverse, float *weightSum, float *biasSum, float *branchSum) {
    for (int64_t row = 0; row < rows; ++row) {
        const int64_t place = row * width;
        Vectorised<normaliseRowBackward>::call(
            width, gradient + place, branch + place, m.data + row * m.stride, weight, normalised + place, inverse[row], weightSum, biasSum,
            branchSum);
    }
}

} // namespace ctorch::history
