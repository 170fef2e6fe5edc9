@_exported public import Datasets
@_exported public import Encoders
@_exported public import Catalogue
@_exported public import Ranking
@_exported public import Files
@_exported public import HiddenStates
@_exported public import Hub
@_exported public import Metrics
@_exported public import Modeling
@_exported public import Pictures
@_exported public import Report
@_exported public import Serving
@_exported public import Tokenizers
@_exported public import Torch
@_exported public import Training
@_exported public import World

/// The version of this package.
public let version = "0.1.0"
