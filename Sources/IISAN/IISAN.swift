@_exported import Datasets
@_exported import Encoders
@_exported import Encoding
@_exported import Evaluation
@_exported import Files
@_exported import HiddenStates
@_exported import Hub
@_exported import Metrics
@_exported import Modeling
@_exported import Pictures
@_exported import Report
@_exported import Serving
@_exported import Tokenizers
@_exported import Torch
@_exported import Training
@_exported import World

/// The version of this package.
public let version = "0.1.0"
