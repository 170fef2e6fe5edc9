import Files

/// The classes of `transformers` 5 that tokenizers are made by. Each puts a vocabulary, whatever file it lies in, together with the
/// steps around it in a way of its own; what a `tokenizer.json` says on those steps counts for ``saved`` alone.
enum TokenizerClass: String, CaseIterable {
    case bert = "BertTokenizer"
    case roberta = "RobertaTokenizer"
    case gpt2 = "GPT2Tokenizer"
    case clip = "CLIPTokenizer"
    case qwen2 = "Qwen2Tokenizer"
    case llama = "LlamaTokenizer"
    case gemma = "GemmaTokenizer"
    case xlmRoberta = "XLMRobertaTokenizer"
    case debertaV2 = "DebertaV2Tokenizer"
    case t5 = "T5Tokenizer"
    /// A `tokenizer.json` as it is, or a SentencePiece model with the general steps.
    case saved = "TokenizersBackend"

    /// Other names of the classes.
    private static let aliases: [String: TokenizerClass] = [
        "ConvBertTokenizer": .bert, "DistilBertTokenizer": .bert, "ElectraTokenizer": .bert, "LayoutLMTokenizer": .bert,
        "LxmertTokenizer": .bert, "MobileBertTokenizer": .bert, "SqueezeBertTokenizer": .bert,
        "BartTokenizer": .roberta, "LEDTokenizer": .roberta, "LongformerTokenizer": .roberta, "MvpTokenizer": .roberta,
        "Phi3Tokenizer": .llama,
        "PreTrainedTokenizer": .saved, "PythonBackend": .saved, "BloomTokenizer": .saved, "ParakeetTokenizer": .saved,
    ]

    /// Classes of `transformers` that make tokens in ways that are not written here.
    private static let others = Set(
        """
        Albert Barthez Bartpho BertGeneration BertJapanese Bertweet BigBird BioGpt BlenderbotSmall Blenderbot ByT5 CTRL Camembert Canine Clvp \
        CodeGen CodeLlama Cohere CpmAnt Cpm DPRContextEncoder DPRQuestionEncoder DPRReader Deberta Dia Esm Esmc FNet FSMT \
        FastSpeech2Conformer Flaubert Funnel GPTNeoXJapanese GPTNeoX GPTSw3 Herbert Lasr LayoutLMv2 LayoutLMv3 LayoutXLM Luke M2M100 \
        MBart50 MBart MLuke MPNet Marian MarkupLM Mgpstr MyT5 Nllb Nougat OpenAIGPT PLBart Pegasus Perceiver Phobert Pop2Piano \
        ProphetNet Qwen3_5 Rag Reformer RemBert RoCBert RoFormer SeamlessM4T Siglip2 Siglip Speech2Text SpeechT5 Splinter Tapas Tipsv2 \
        Udop VideoPrism Vits Wav2Vec2CTC Wav2Vec2PhonemeCTC Whisper XGLM XLM XLNet
        """.split(separator: " ").map { "\($0)Tokenizer" })

    /// The classes of the kinds of model, where the folder's files do not say another one.
    private static let ofModels: [String: TokenizerClass] = [
        "bert": .bert, "distilbert": .bert, "electra": .bert, "roberta": .roberta, "xlm-roberta": .xlmRoberta,
        "deberta-v2": .debertaV2, "clip": .clip, "mistral": .saved, "mixtral": .saved, "gemma": .gemma, "gemma2": .gemma,
        "qwen2": .qwen2, "qwen3": .qwen2, "gpt2": .gpt2, "t5": .t5, "llava": .saved, "llava_next": .saved, "smolvlm": .saved,
    ]

    /// The kinds of model whose published folders name a wrong class, so that the kind's own counts.
    private static let modelsOfWrongNames: Set = ["qwen2"]

    /// The class of this name, with or without the ending "Fast"; nil for a name that `transformers` does not know.
    ///
    /// - Throws: ``UserError`` for a class that is known there and not here.
    private static func named(_ entry: JSONEntry) throws -> TokenizerClass? {
        let name = try entry.string()
        let short = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
        if let known = TokenizerClass(rawValue: short) ?? aliases[short] { return known }
        guard !others.contains(short) else {
            let known = allCases.filter { $0 != .saved }.map(\.rawValue) + ["PreTrainedTokenizerFast"]
            throw entry.error(
                "tokenizers of the class \(name) are not supported; supported: \(known.joined(separator: ", "))",
                remedy: "Use an encoder whose tokenizer is of one of these classes.")
        }
        return nil
    }

    /// Finds the class as `AutoTokenizer` does.
    ///
    /// - Returns: nil where only the vocabulary's file tells.
    /// - Throws: ``UserError`` for a class that is not supported, or that comes with code of its own.
    init?(of folder: TokenizerFolder) throws {
        let declared = folder.declaredClass
        let ofModel = Self.ofModels[folder.modelType ?? ""]
        let needsCode = try Self.ownCode(folder) != nil
        if !needsCode, let declared, let type = folder.modelType {
            let name = try Self.short(declared)
            let trusts = !Self.modelsOfWrongNames.contains(type)
            if name == "LlamaTokenizer", ofModel != .saved, trusts, try folder.hasBytePairs() {
                self = .saved
                return
            }
            if let ofModel, ofModel.rawValue != name {
                self = ofModel == .saved ? .saved : trusts ? try Self.named(declared) ?? .saved : ofModel
                return
            }
        }
        if let declared {
            let known = try Self.named(declared)
            if known == nil, ofModel == nil, let code = try Self.ownCode(folder) {
                throw code.error(
                    "the tokenizer is made by code of its own, which is not run",
                    remedy: "Use an encoder whose tokenizer is of a class of transformers.")
            }
            self = known ?? .saved
        } else if let ofModel {
            self = ofModel
        } else if folder.modelType != nil, folder.file("tokenizer.json") != nil || folder.file("tokenizer.model") != nil {
            self = .saved
        } else {
            return nil
        }
    }

    private static func short(_ entry: JSONEntry) throws -> String {
        let name = try entry.string()
        return name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    }

    /// The entry of `tokenizer_config.json` that names a tokenizer's own Python code.
    private static func ownCode(_ folder: TokenizerFolder) throws -> JSONEntry? {
        guard let map = try folder.configuration?.optional("auto_map") else { return nil }
        if case .array = map.value { return map }
        return try map.optional("AutoTokenizer")
    }
}

extension TokenizerClass {
    /// The keys of the special tokens, in the order in which those that the vocabulary lacks are added to it.
    static let tokenKeys = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]

    /// The special tokens where the files name no others.
    var tokens: [String: String] {
        switch self {
        case .bert:
            ["unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"]
        case .roberta, .xlmRoberta:
            [
                "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>",
                "pad_token": "<pad>", "mask_token": "<mask>",
            ]
        case .gpt2: ["unk_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"]
        case .clip:
            [
                "unk_token": "<|endoftext|>", "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>",
                "pad_token": "<|endoftext|>",
            ]
        case .qwen2: ["unk_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"]
        case .llama: ["unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"]
        case .gemma:
            ["unk_token": "<unk>", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "mask_token": "<mask>"]
        case .debertaV2:
            [
                "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                "cls_token": "[CLS]", "mask_token": "[MASK]",
            ]
        case .t5: ["eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"]
        case .saved: [:]
        }
    }

    /// The keys of the tokens before and after a text. nil: `add_bos_token` and `add_eos_token` tell, or a `tokenizer.json`.
    var ends: (first: String?, last: String?)? {
        switch self {
        case .bert, .roberta, .debertaV2: ("cls_token", "sep_token")
        case .clip, .xlmRoberta: ("bos_token", "eos_token")
        case .t5: (nil, "eos_token")
        case .gpt2, .qwen2, .llama, .gemma, .saved: nil
        }
    }

    /// The vocabulary's file where there is no `tokenizer.json`.
    var vocabulary: String {
        switch self {
        case .bert: "vocab.txt"
        case .roberta, .gpt2, .clip, .qwen2: "vocab.json"
        case .llama, .gemma, .saved: "tokenizer.model"
        case .xlmRoberta: "sentencepiece.bpe.model"
        case .debertaV2: "spm.model"
        case .t5: "spiece.model"
        }
    }

    /// The model's type in a `tokenizer.json`; nil where any is taken.
    var model: String? {
        switch self {
        case .bert: "WordPiece"
        case .roberta, .gpt2, .clip, .qwen2, .llama, .gemma: "BPE"
        case .xlmRoberta, .debertaV2, .t5: "Unigram"
        case .saved: nil
        }
    }
}
