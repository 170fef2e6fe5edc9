import CTorch

/// Residual blocks with bottlenecks one after the other, over rows of tables; several such chains are one operation.
///
/// With h_0 = 0: over one table x_k = g_k A_k + (1 - g_k) h_{k-1}, over two x_k = h_{k-1} + g_k A_k + (1 - g_k) B_k, and
/// h_k = x_k + U_k s(D_k x_k + b_k) + c_k, where g_k = sigmoid(θ_k / temperature); without gates everything is added. A linear map
/// M ends the chain.
///
/// The operation has its own backward pass. Each thread takes its items through all blocks of a chain, so that what passes between blocks
/// stays in a core's cache, reads the tables' rows in place, and keeps sums in float32 also where products are bfloat16.
package struct BottleneckChain {
    /// Where the blocks read from.
    package struct Table {
        /// [rows, layers, width] of float16, bfloat16 or float32, in one piece or in several, which follow each other.
        package var shards: [Tensor]
        /// The row of each item, int64 [items]; nil where the table is in one piece and its rows are the items.
        package var rows: Tensor?
        /// The layer that each block reads.
        package var layers: [Int]
        /// Where each is there, a state x is read as (x - mean) scale: float32 [blocks, width].
        package var means, scales: Tensor?

        /// Names a table.
        package init(_ shards: [Tensor], rows: Tensor?, layers: [Int], means: Tensor? = nil, scales: Tensor? = nil) {
            self.shards = shards
            self.rows = rows
            self.layers = layers
            self.means = means
            self.scales = scales
        }
    }

    /// One block's parameters, float32.
    package struct Block {
        let downWeight: Tensor
        let downBias: Tensor
        let upWeight: Tensor
        let upBias: Tensor

        /// Takes D [bottleneck, width] and U [width, bottleneck] with their biases.
        package init(downWeight: Tensor, downBias: Tensor, upWeight: Tensor, upBias: Tensor) {
            self.downWeight = downWeight
            self.downBias = downBias
            self.upWeight = upWeight
            self.upBias = upBias
        }
    }

    /// The blocks, in their order.
    package var blocks: [Block]
    /// θ [blocks]; nil without gates.
    package var gates: Tensor?
    /// What θ is divided by.
    package var temperature: Double
    /// s: `relu` or `gelu`.
    package var activation: Activation

    /// Makes a chain.
    package init(_ blocks: [Block], gates: Tensor?, temperature: Double, activation: Activation) {
        self.blocks = blocks
        self.gates = gates
        self.temperature = temperature
        self.activation = activation
    }

    /// A chain with what it reads and the map that ends it.
    package struct Reading {
        let chain: BottleneckChain
        let first: Table
        let second: Table?
        let map: Tensor

        /// Lets a chain read one or two tables.
        ///
        /// - Parameter map: M [outputs, width].
        package init(_ chain: BottleneckChain, _ first: Table, _ second: Table? = nil, map: Tensor) {
            self.chain = chain
            self.first = first
            self.second = second
            self.map = map
        }
    }

    /// Whether the operation exists for this chain on this machine, in the precision that is in effect.
    ///
    /// It needs the processor and its matrix or vector instructions, and widths that are multiples of 32.
    ///
    /// - Parameter outputs: the rows of M.
    package func isAvailable(outputs: Int) -> Bool {
        guard let block = blocks.first, block.downWeight.device == .cpu else { return false }
        guard activation == .relu || activation == .gelu else { return false }
        return (block.downWeight.shape + [outputs]).allSatisfy { $0 % 32 == 0 } && block.downWeight.dtype == .float32
            && ctorch.has_chain()
    }

    /// Whether this machine has the operation's products in float32, or in a precision that ``withAutocast(to:on:_:)`` puts in effect.
    package static func hasProducts(in precision: ElementType? = nil) -> Bool {
        withAutocast(to: precision, on: .cpu) { ctorch.has_chain() }
    }

    /// The sum over chains of M h of the last block: float32 [items, outputs].
    ///
    /// All chains read for the same items and have maps of as many outputs.
    /// Gradients reach the maps, the parameters, and a table that is read without `rows` and scales.
    package static func sum(_ readings: [Reading]) -> Tensor {
        Tensor.computed(by: "a chain", { lend in lend.list(readings.map { $0.lent(lend) }) }) {
            ctorch.chains($0, Int64(readings.count))
        }
    }
}

extension BottleneckChain.Reading {
    fileprivate func lent(_ lend: Loan) -> CTorchChain {
        let blocks = chain.blocks.map {
            CTorchBlock(
                down: lend($0.downWeight), down_bias: lend($0.downBias), up: lend($0.upWeight), up_bias: lend($0.upBias))
        }
        return CTorchChain(
            first: first.lent(lend), second: second?.lent(lend) ?? CTorchTable(), blocks: lend.list(blocks),
            block_count: Int64(blocks.count), gates: lend(chain.gates), temperature: chain.temperature,
            map: lend(map.to(.float32)), is_gelu: chain.activation == .gelu)
    }
}

extension BottleneckChain.Table {
    fileprivate func lent(_ lend: Loan) -> CTorchTable {
        CTorchTable(
            shards: lend(shards), shard_count: Int64(shards.count), rows: lend(rows), layers: lend.list(layers.map(Int64.init)),
            means: lend(means), scales: lend(scales))
    }
}
