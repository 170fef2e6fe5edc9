import Encoders
import Files
import Foundation
import Generation
import Pictures
import TestModels
import TestSupport
import Testing
import Torch

@testable import Captions

/// What `transformers` computed and wrote, as `Tools/Parity/caption_models.py` has it.
struct ExpectedCaptions {
    let pixels: Tensor
    let layout: TileLayout
    let features: Tensor
    let prompts: [[Int32]]
    let texts: [[Int32]]
    let textTokens: Tensor
    let logits: Tensor

    init(_ directory: URL) throws {
        let file = try Weights(file: directory.appending(path: "expected.safetensors"))
        pixels = try file.tensor("pixels")
        let numbers = try file.tensor("grids").selected(0, 0).array(of: Int64.self).map { Int($0) }
        layout = TileLayout(
            rows: numbers[0], columns: numbers[1], original: PictureSize(height: numbers[2], width: numbers[3]))
        features = try file.tensor("features")
        func rows(_ tensor: Tensor) -> [[Int32]] {
            (0..<tensor.size(0)).map { tensor.selected(0, $0).array(of: Int64.self).map { Int32($0) } }
        }
        prompts = rows(try file.tensor("prompts"))
        textTokens = try file.tensor("texts")
        texts = rows(textTokens)
        logits = try file.tensor("logits")
    }

    /// The states of all pictures.
    func states(_ model: VisionLanguageModel) -> [Tensor] {
        let tiles = model.states(of: pixels.reshaped([-1, 3, pixels.size(3), pixels.size(4)]))
        let count = pixels.size(1)
        return (0..<pixels.size(0)).map { model.join(tiles.narrowed(0, ($0 * count)..<(($0 + 1) * count)), layout) }
    }

    static let parityFolder = ProcessInfo.processInfo.environment["IISAN_CAPTION_PARITY"].map {
        URL(filePath: $0).appending(path: "models")
    }
    static let cases = [fixture("Captions"), parityFolder].compactMap { $0 }.flatMap { folder in
        let names = (try? JSONFile.read([String].self, from: folder.appending(path: "cases.json"))) ?? []
        return names.map { folder.appending(path: $0) }
    }
}

/// Models of pictures and texts against `transformers`.
@Suite(.oneAtATime) struct VisionLanguageTests {
    @Test func fixturesAreThere() {
        #expect(ExpectedCaptions.cases.count >= (ExpectedCaptions.parityFolder == nil ? 3 : 25))
    }

    @Test(arguments: ExpectedCaptions.cases)
    func statesLogitsAndTextsAreThoseOfTransformers(directory: URL) throws {
        let expected = try ExpectedCaptions(directory)
        let folder = try VisionLanguageFolder(directory)
        let model = try folder.model(dtype: .float32)
        let states = expected.states(model)
        #expect(difference(.stacked(states), expected.features) < 1e-5)

        let prompt = try model.read(expected.prompts, with: states)
        withoutGradients {
            let texts = model.decoder.embed(expected.textTokens).narrowed(1, 0..<(expected.textTokens.size(1) - 1))
            let whole = Tensor.concatenated([prompt, texts], along: 1)
            let cache = model.decoder.cache(items: whole.size(0), positions: whole.size(1))
            #expect(difference(model.decoder.logits(model.decoder.read(whole, after: cache)), expected.logits) < 1e-4)
        }

        // Without an end: that of the configuration would cut some texts.
        let writer = TokenWriter(model.decoder, GenerationFile())
        var options = GenerationOptions()
        options.maximumTokens = expected.textTokens.size(1)
        func write(_ items: Range<Int>) throws -> [[Int32]] {
            try writer.write(
                after: model.read(Array(expected.prompts[items]), with: Array(states[items])),
                prompts: Array(expected.prompts[items]), keys: items.map(UInt64.init), options, stop: StopToken()
            ).map(\.tokens)
        }
        #expect(try write(expected.prompts.indices) == expected.texts)
        for item in expected.prompts.indices { #expect(try write(item..<(item + 1)) == [expected.texts[item]]) }
    }

    @Test func aPromptWithAnotherNumberOfImageTokensIsRefused() throws {
        let directory = fixture("Captions/llava-golden")
        let expected = try ExpectedCaptions(directory)
        let model = try VisionLanguageFolder(directory).model(dtype: .float32)
        let error = #expect(throws: UserError.self) {
            try model.read([[3, 11, 11, 4]], with: [expected.states(model)[0]])
        }
        #expect(error?.description.contains("2 tokens of number 11 for the 16 states") == true)
    }
}

/// What a configuration leaves unsaid.
@Suite struct VisionLanguageConfigurationTests {
    private static func family(_ text: String) throws -> any VisionLanguageFamily {
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: folder.appending(path: "config.json"))
            return try VisionLanguageFamilies.read(folder).family
        }
    }

    @Test func modelsWithoutSectionsHaveTheirFamiliesUsualParts() throws {
        for (modelType, width, depth, states, textType) in [
            ("llava", 1024, 24, 576, "llama"), ("llava_next", 1024, 24, 576, "llama"),
            ("llava_onevision", 1152, 26, 729, "qwen2"),
        ] {
            let family = try Self.family("{\"model_type\": \"\(modelType)\"}")
            #expect(family.parts.vision.width == width && family.parts.vision.depth == depth)
            #expect(try family.statesPerTile() == states)
            #expect(family.parts.textType == textType && family.parts.text.width == 4096 && family.parts.text.depth == 32)
        }
    }

    @Test func sectionsLeaveUnsaidWhatTheirOwnKindHas() throws {
        let family = try Self.family(
            """
            {"model_type": "llava", "vision_config": {"model_type": "siglip_vision_model"}, "text_config": {"model_type": "mistral",
            "hidden_size": 512}}
            """)
        #expect(family.parts.vision.width == 768 && family.parts.vision.depth == 12)
        #expect(try family.statesPerTile() == 14 * 14)
        #expect(family.parts.textType == "mistral" && family.parts.text.width == 512 && family.parts.text.depth == 32)
        // Without a type the section is of the family's usual kind, with that kind's own values.
        let clip = try Self.family("{\"model_type\": \"llava\", \"vision_config\": {\"hidden_size\": 96}}")
        #expect(clip.parts.vision.width == 96 && clip.parts.vision.depth == 12)
    }

    @Test func modelsThatReadNoPicturesOrWriteNoTextsAreRefused() {
        for text in [
            "{\"model_type\": \"llava\", \"vision_config\": {\"model_type\": \"llama\"}}",
            "{\"model_type\": \"llava\", \"vision_config\": {\"model_type\": \"sam\"}}",
            "{\"model_type\": \"llava\", \"vision_feature_layer\": []}", "{\"model_type\": \"qwen2_vl\"}", "{}",
            "{\"model_type\": \"smolvlm\", \"scale_factor\": 5}",
        ] {
            #expect(throws: UserError.self, "\(text)") { try Self.family(text) }
        }
    }
}
