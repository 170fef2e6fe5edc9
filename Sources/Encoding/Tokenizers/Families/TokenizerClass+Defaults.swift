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
