import Files

/// TPME, the papers' one number for the cost of training (IISAN, section 4.2): lower is better.
///
/// TPME_i = w_t t_i + w_p p_i + w_m m_i with w = 0.45, 0.10, 0.45, where t (training time per epoch), p (trainable parameters) and m
/// (peak memory) are min-max normalised over the methods compared: x_i = (X_i - min X) / (max X - min X).
///
/// The number is relative: it says nothing outside its table, and changes when a method is added. Where all methods cost the same
/// in some respect (so also with one method), that respect is 0 for all of them.
package enum TPME {
    /// What training a method costs.
    package struct Cost: Codable, Equatable, Sendable {
        /// The method's name.
        package var method: String
        /// Training time per epoch, in seconds.
        package var secondsPerEpoch: Double
        /// How many parameters are trained.
        package var trainableParameters: Int
        /// Peak memory of training, in bytes.
        package var peakMemory: Int

        /// States a method's cost.
        package init(method: String, secondsPerEpoch: Double, trainableParameters: Int, peakMemory: Int) {
            self.method = method
            self.secondsPerEpoch = secondsPerEpoch
            self.trainableParameters = trainableParameters
            self.peakMemory = peakMemory
        }
    }

    /// The weights of time, parameters and memory; they add up to 1.
    package struct Weights: Codable, Equatable, Sendable {
        /// Of training time per epoch.
        package var time: Double
        /// Of trainable parameters.
        package var parameters: Double
        /// Of peak memory.
        package var memory: Double

        /// Makes weights; by default the papers'.
        package init(time: Double = 0.45, parameters: Double = 0.10, memory: Double = 0.45) {
            self.time = time
            self.parameters = parameters
            self.memory = memory
        }
    }

    /// A method's TPME and the normalised costs it is made of, all 0...1.
    package struct Value: Codable, Equatable, Sendable {
        /// The method's name.
        package var method: String
        /// Normalised training time.
        package var time: Double
        /// Normalised trainable parameters.
        package var parameters: Double
        /// Normalised peak memory.
        package var memory: Double
        /// TPME: the weighted sum.
        package var value: Double
    }

    /// The TPME of each method.
    ///
    /// - Parameters:
    ///   - costs: the methods compared.
    ///   - weights: not negative, adding up to 1.
    /// - Returns: one value per method, in the same order.
    /// - Throws: ``UserError`` for a cost that is negative or not finite and for weights that do not add up to 1.
    package static func values(of costs: [Cost], weights: Weights = Weights()) throws -> [Value] {
        let parts = [weights.time, weights.parameters, weights.memory]
        guard parts.allSatisfy({ $0 >= 0 }), abs(parts.reduce(0, +) - 1) < 1e-9 else {
            throw UserError("the weights of TPME are \(parts)", remedy: "Give three weights from 0 that add up to 1.")
        }
        for cost in costs {
            guard cost.secondsPerEpoch.isFinite, cost.secondsPerEpoch >= 0, cost.trainableParameters >= 0, cost.peakMemory >= 0
            else {
                throw UserError(
                    "the cost of \"\(cost.method)\" is not measured: \(cost.secondsPerEpoch) s, \(cost.trainableParameters) parameters, "
                        + "\(cost.peakMemory) bytes",
                    remedy: "Train the method again with its cost recorded, or leave it out of the comparison.")
            }
        }
        let time = normalised(costs.map(\.secondsPerEpoch))
        let parameters = normalised(costs.map { Double($0.trainableParameters) })
        let memory = normalised(costs.map { Double($0.peakMemory) })
        return costs.indices.map { index in
            Value(
                method: costs[index].method, time: time[index], parameters: parameters[index], memory: memory[index],
                value: weights.time * time[index] + weights.parameters * parameters[index] + weights.memory * memory[index])
        }
    }

    private static func normalised(_ values: [Double]) -> [Double] {
        guard let least = values.min(), let most = values.max(), most > least else { return values.map { _ in 0 } }
        return values.map { ($0 - least) / (most - least) }
    }
}
