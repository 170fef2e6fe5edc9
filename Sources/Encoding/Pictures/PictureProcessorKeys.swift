/// What becomes of each key of a `preprocessor_config.json`, or of the section `image_processor` of a `processor_config.json`.
///
/// A key that is not named here does nothing in the processors of `transformers` either.
enum PictureProcessorKeys {
    /// The keys that every family reads.
    static let read: Set = [
        "image_processor_type", "feature_extractor_type", "do_resize", "size", "default_to_square", "resample",
        "do_center_crop",
        "crop_size", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std", "do_pad", "pad_size",
    ]

    private static let padding: Set = ["do_pad", "pad_size"]

    /// The keys that a family reads besides.
    static func read(by family: PictureProcessorFamily) -> Set<String> {
        switch family {
        case .beit: read.subtracting(padding)
        case .convNext: read.subtracting(padding).union(["crop_pct"])
        case .clip: read.union(["use_square_size"])
        case .vit, .deit, .bit, .siglip: read
        // It pads to a square, whatever size is given.
        case .llava: read.subtracting(["pad_size"])
        }
    }

    /// Keys that change no pixel: pictures come as RGB, one by one, and leave as rows of channels.
    static let withoutEffect: Set = [
        "_processor_class", "_valid_processor_keys", "auto_map", "data_format", "device", "disable_grouping",
        "do_convert_rgb", "do_flip_channel_order", "do_reduce_labels", "do_thumbnail", "do_align_long_axis", "image_seq_length",
        "input_data_format", "num_channels", "offset", "patch_size", "processor_class", "reduce_labels", "reducing_gap",
        "return_tensors",
    ]
}
