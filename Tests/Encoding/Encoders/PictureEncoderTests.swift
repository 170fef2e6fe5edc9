import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Encoders

/// What the families of pictures say beyond the states themselves.
@Suite(.oneAtATime) struct PictureEncoderTests {
    private func fixture(_ name: String) -> URL { ExpectedStates.fixtures.appending(path: "\(name)-golden") }

    /// Reads a copy of a fixture with another text in its `config.json`.
    private func family(
        _ name: String, replacing old: String = "", with new: String = "", for modality: Modality? = .image
    ) throws -> (family: any EncoderFamily, modelType: String) {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: name)
            try FileManager.default.copyItem(at: fixture(name), to: copy)
            let file = copy.appending(path: "config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try #require(old.isEmpty || text.contains(old))
            try AtomicFile.write(text.replacingOccurrences(of: old, with: new), to: file)
            return try EncoderFamilies.read(copy, for: modality)
        }
    }

    private func error(_ name: String, _ old: String, _ new: String) -> UserError? {
        #expect(throws: UserError.self) { try family(name, replacing: old, with: new) }
    }

    @Test(arguments: [
        ("beit", Pooling.first, 1), ("dinov2", .first, 3), ("clip-vision", .first, 1), ("siglip", .mean, 0),
        ("evaclip", .first, 1),
        ("eva02", .first, 1),
    ])
    func modelsWithAClassTokenArePooledByIt(name: String, pooling: Pooling, leadingTokens: Int) throws {
        let (family, _) = try family(name)
        #expect(family.pooling == pooling)
        guard case .pixels(let grid) = family.input else { preconditionFailure("\(name) does not read pictures") }
        #expect(grid.leadingTokens == leadingTokens)
        #expect(grid.adapts == (name == "dinov2"))
    }

    @Test func keysThatAreMissingStandForTheBaseModel() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "config.json")
            for (modelType, patch, tokens) in [
                ("beit", 16, 197), ("data2vec-vision", 16, 197), ("dinov2", 14, 257), ("dinov2_with_registers", 16, 201),
                ("clip_vision_model", 32, 50), ("siglip_vision_model", 16, 196),
            ] {
                try AtomicFile.write("{\"model_type\": \"\(modelType)\"}", to: file)
                let (family, _) = try EncoderFamilies.read(folder)
                #expect(family.width == 768 && family.depth == 12)
                guard case .pixels(let grid) = family.input else { preconditionFailure("\(modelType) does not read pictures") }
                #expect((grid.size, grid.patch, grid.tokens) == (224, patch, tokens))
            }
        }
    }

    @Test func timmIsReadByArchitecture() throws {
        let (family, modelType) = try family("eva02")
        #expect(modelType == "timm/eva02" && family is EvaFamily)
        #expect((family.width, family.depth) == (8, 2))
        let other = error("eva02", "eva02_base_patch16_clip_224", "vit_base_patch16_224")
        #expect(other?.problem == "model_type \"timm/vit\" is not supported")
    }

    @Test func evaCLIPIsNotReadAsCLIP() throws {
        let (family, modelType) = try family("evaclip")
        #expect(modelType == "evaclip" && family is EvaCLIPFamily)
        let (clip, _) = try self.family("evaclip", replacing: "EvaCLIPModel", with: "CLIPModel")
        #expect(clip is CLIPVisionFamily)
        let unclear = #expect(throws: UserError.self) { try self.family("evaclip", for: nil) }
        #expect(unclear?.remedy == "Say which one is meant.")
    }

    @Test(arguments: [
        ("beit", "\"image_size\": 6", "\"image_size\": 600", "patch_size"),
        ("beit", "\"layer_scale_init_value\": 0.1", "\"layer_scale_init_value\": \"small\"", "layer_scale_init_value"),
        ("dinov2", "\"image_size\": 6", "\"image_size\": 6000", "patch_size"),
        ("dinov2", "\"mlp_ratio\": 2", "\"mlp_ratio\": 2.5", "mlp_ratio"),
        ("dinov2", "\"num_register_tokens\": 2", "\"num_register_tokens\": -1", "num_register_tokens"),
        ("clip-vision", "\"hidden_act\": \"quick_gelu\"", "\"hidden_act\": \"mish\"", "hidden_act"),
        ("siglip", "\"image_size\": 6", "\"image_size\": [6, 9]", "image_size"),
        ("evaclip", "\"use_rope\": false", "\"use_rope\": true", "vision_config.pretrained_seq_len"),
        ("evaclip", "\"hidden_size\": 6", "\"hidden_size\": 7", "vision_config.num_attention_heads"),
        ("eva02", "\"num_heads\": 2", "\"num_heads\": 3", "architecture"),
        ("eva02", "\"num_heads\": 2", "\"num_heads\": 4", "architecture"),
        ("eva02", "\"num_heads\": 2", "\"num_heads\": 2, \"rope_type\": \"mixed\"", "model_args.rope_type"),
        ("eva02", "\"num_heads\": 2", "\"num_heads\": 2, \"ref_feat_shape\": [4, 5]", "model_args.ref_feat_shape"),
        ("eva02", "\"img_size\": 6", "\"img_size\": 0", "model_args.img_size"),
    ])
    func impossibleConfigurationsNameTheKey(name: String, old: String, new: String, key: String) {
        let error = error(name, old, new)
        #expect(error?.problem.contains("\"\(key)\"") == true, "\(error?.description ?? "")")
        #expect(error?.place?.hasSuffix("config.json") == true)
    }

    @Test func shapesOfTimmThatCannotBeNameTheTensor() throws {
        let large = error("eva02", "\"img_size\": 6", "\"img_size\": 6000")
        #expect(large?.problem.contains("\"patch_embed.proj.weight\"") == true)
        try withTemporaryFolder { folder in
            let config = folder.appending(path: "config.json")
            try FileManager.default.copyItem(at: fixture("eva02").appending(path: "config.json"), to: config)
            try FileManager.default.copyItem(
                at: fixture("vit").appending(path: "model.safetensors"), to: folder.appending(path: "model.safetensors"))
            let error = #expect(throws: UserError.self) { try EncoderFamilies.read(folder) }
            #expect(error?.problem == "tensor \"patch_embed.proj.weight\" is missing")
        }
    }

    @Test func relativeWaysOfTwoPatchesASideAreNumberedAsInThePaper() {
        let grid = PatchGrid(size: 2, patch: 1, leadingTokens: 1)
        let table = Tensor.range(0..<RelativePositionBias.rows(side: 2)).to(.float32).unsqueezed(1)
        let bias = RelativePositionBias([table], grid, on: .cpu)
        // Rows 9, 10 and 11 are the ways from the class token, to it, and from it to itself.
        let expected: [Float] = [
            11, 9, 9, 9, 9, 10, 4, 3, 1, 0, 10, 5, 4, 2, 1, 10, 7, 6, 4, 3, 10, 8, 7, 5, 4,
        ]
        #expect(bias(tokens: 5).floats() == expected)
    }

    @Test func rotationOfTheFirstTokensAloneIsThatOfAll() {
        let grid = PatchGrid(size: 6, patch: 2, leadingTokens: 1)
        let rotation = GridRotation(grid, headWidth: 8, reference: 5, on: .cpu)
        let heads = Tensor.randomNormal([2, 3, 10, 8])
        let all = rotation(heads)
        #expect(rotation(heads.narrowed(2, 0..<1)).floats() == heads.narrowed(2, 0..<1).floats())
        #expect(rotation(heads.narrowed(2, 0..<4)).floats() == all.narrowed(2, 0..<4).floats())
        // Turning keeps lengths.
        let lengths = ((all * all).sum(along: -1) - (heads * heads).sum(along: -1)).absolute().maximum().item()
        #expect(lengths < 1e-4)
    }

    @Test func damagedConfigurationsAreErrorsOrEncoders() throws {
        try withTemporaryFolder { folder in
            for directory in ExpectedStates.cases(in: ExpectedStates.fixtures) {
                let copy = folder.appending(path: directory.lastPathComponent)
                try FileManager.default.copyItem(at: directory, to: copy)
                let file = copy.appending(path: "config.json")
                let whole = try Data(contentsOf: file)
                var generator = SeededGenerator(seed: 61)
                var refused = 0
                for _ in 0..<60 {
                    var bytes = whole
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.insert(UInt8(ascii: "9"), at: place)
                    default: bytes = bytes.prefix(place)
                    }
                    try bytes.write(to: file)
                    do { _ = try PretrainedEncoder(directory: copy, for: .image) } catch is UserError { refused += 1 }
                }
                #expect(refused > 0)
            }
        }
    }
}
