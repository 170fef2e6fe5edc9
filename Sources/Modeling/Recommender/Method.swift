/// What turns items into vectors: the methods that are compared, by the names that settings use.
public enum Method: String, Sendable, Codable, CaseIterable {
    /// Side networks over the frozen encoders' hidden states; IISAN-Versa where the encoders differ.
    case iisan
    /// The same in the Versa form, also where the encoders agree.
    case iisanVersa = "iisan-versa"
    /// Live encoders of which every number is trained.
    case full
    /// Live frozen encoders with two bottlenecks per block (Houlsby et al. 2019).
    case adapter
    /// Live frozen encoders with low-rank additions to queries and values (Hu et al. 2022).
    case lora
    /// Live encoders of which the biases are trained (Zaken et al. 2022).
    case bitfit
    /// A linear map of the last hidden state of the frozen encoders.
    case frozen
    /// One trained vector per item: SASRec on item ids.
    case id
    /// A trained vector per item beside a linear map of the frozen encoders' last hidden state.
    case idAndModality = "id+modality"
    /// How often an item was trained on; nothing is learned.
    case popularity

    /// Whether there are parameters to train.
    public var isTrained: Bool { self != .popularity }
    /// Whether items have vectors of their own, so that others than those it was trained on have none.
    public var hasItemVectors: Bool { self == .id || self == .idAndModality }
    /// Whether encoders' hidden states that never change are read; these may come from a store.
    public var readsStates: Bool {
        switch self {
        case .iisan, .iisanVersa, .frozen, .idAndModality: true
        case .full, .adapter, .lora, .bitfit, .id, .popularity: false
        }
    }
    /// Whether encoders change while training, so that they run in every step.
    public var trainsEncoders: Bool {
        switch self {
        case .full, .adapter, .lora, .bitfit: true
        case .iisan, .iisanVersa, .frozen, .id, .idAndModality, .popularity: false
        }
    }
    /// Whether side networks read several layers.
    package var hasSideNetworks: Bool { self == .iisan || self == .iisanVersa }
    /// Whether items are known by their titles or pictures.
    public var readsModalities: Bool { readsStates || trainsEncoders }
}
