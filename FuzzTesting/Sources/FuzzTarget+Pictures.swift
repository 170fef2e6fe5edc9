import Files
import Foundation
import Pictures

extension FuzzTarget {
    static let pictures = [
        FuzzTarget(name: "picture") {
            try [sample.jpeg(), sample.jpeg(quality: 20), sample.png()] + webPs.compactMap { Data(base64Encoded: $0) }
                + turned()
        } read: { bytes in
            let options = PictureOptions(maximumPixels: maximumPixels)
            let picture = try Picture(bytes: bytes, name: "input", options: options)
            let pixels = picture.width * picture.height
            claim(picture.pixels.count == 3 * pixels, "\(picture.pixels.count) values in \(picture.width) x \(picture.height)")
            claim((1...maximumPixels).contains(pixels), "\(pixels) pixels, allowed are \(maximumPixels)")
            // The turning moves pixels and makes none.
            let plain = try Picture(
                bytes: bytes, name: "input",
                options: PictureOptions(maximumPixels: maximumPixels, appliesOrientation: false, background: nil))
            claim(Set([plain.width, plain.height]) == Set([picture.width, picture.height]), "turned into another size")
        },
        FuzzTarget(name: "picture-processor") {
            processors.map { Data($0.utf8) }
        } read: {
            // As a file of its own, and as the section of a file for all of a model's processors.
            let file = FuzzInput.file("preprocessor_config.json", $0)
            let processor = try PictureProcessor(file: file)
            _ = FuzzInput.file("config.json", #"{"model_type":"dinov2"}"#.utf8)
            _ = FuzzInput.file(
                "processor_config.json", Data("{\"image_processor\":".utf8) + Data($0) + Data("}".utf8))
            let section = try PictureProcessor(directory: file.deletingLastPathComponent())
            claim(section.outputSize.width > 0, "\(section.outputSize)")
            let size = processor.outputSize
            claim(size.width > 0 && size.height > 0, "\(size)")
            // Larger ones are allowed and take only longer.
            guard size.width * size.height <= maximumPixels else { return }
            var output = [Float](repeating: 0, count: 3 * size.width * size.height)
            output.withUnsafeMutableBufferPointer { processor.process(sample, into: $0) }
        },
        FuzzTarget(name: "tiles") {
            tiled.map { Data($0.utf8) }
        } read: { bytes in
            let file = FuzzInput.file("preprocessor_config.json", bytes)
            let processor = try TiledPictureProcessor(directory: file.deletingLastPathComponent())
            // Any size has a layout within the bounds; the file's own bytes draw it.
            for (first, second) in zip(bytes, bytes.dropFirst(3)).prefix(40) {
                let size = PictureSize(height: 1 + Int(first) * Int(first), width: 1 + Int(second) * Int(second))
                let layout = processor.layout(of: size)
                claim(layout.count <= processor.maximumTiles, "\(layout) of \(processor.maximumTiles)")
                guard layout.rows > 0 else { continue }
                let map = layout.featureMap(side: 3, most: 9)
                claim(map.rows <= layout.rows * 3 && map.columns <= layout.columns * 3, "\(map)")
            }
            let size = processor.tileSize
            // Larger ones are allowed and take only longer.
            guard processor.maximumTiles * size.width * size.height <= maximumPixels else { return }
            var output = [Float](repeating: 0, count: 3 * size.width * size.height)
            for tile in processor.tiles(of: sample).tiles {
                output.withUnsafeMutableBufferPointer { processor.write(tile, into: $0) }
            }
        },
    ]

    /// Pictures whose files say in many ways how they are to be turned.
    private static func turned() throws -> [Data] {
        struct File: Decodable {
            struct Row: Decodable { let bytes: Data }
            let pictures: [Row]
        }
        let rows = try JSONDecoder().decode(File.self, from: Fixtures.data("Pictures/orientations.json")).pictures
        return stride(from: 0, to: rows.count, by: 9).map { rows[$0].bytes }
    }

    private static let maximumPixels = 1 << 18

    private static let sample = Picture(
        width: 13, height: 9, pixels: (0..<3 * 13 * 9).map { UInt8(truncatingIfNeeded: $0 * 37) })

    /// A lossy picture with transparency and one without loss.
    private static let webPs = [
        """
        UklGRoIAAABXRUJQVlA4WAoAAAAQAAAADAAACAAAQUxQSBgAAAABuYzof0Bp2wbM//+WTVZWHjEBE9Aw0w1WUDggRAAAANABAJ0BKg0ACQACgEIlsAJ0\
        AQ61dzUAAP713W7Z/rGvq3+tkZf1PcuX/wua1H9GAc93Ln3Wgq/+NO9+n8ICf73FAgAA
        """,
        """
        UklGRkAAAABXRUJQVlA4TDQAAAAvDAACALkyRPQ/dlF6AklbvO3vfxyE2UbzmMD5Q+51AGLBZA75k/aISVMsu4wJ2NFZIF8D
        """,
    ]

    private static let tiled = [
        #"{"image_processor_type":"LlavaNextImageProcessor","size":{"shortest_edge":24},"crop_size":24,"image_grid_pinpoints":[[24,48],[48,24]]}"#,
        #"{"image_processor_type":"LlavaOnevisionImageProcessor","size":[9,9],"image_grid_pinpoints":[[9,9],[18,27]],"resample":1}"#,
        #"{"image_processor_type":"Idefics3ImageProcessor","size":{"longest_edge":91},"max_image_size":{"longest_edge":30}}"#,
        #"{"image_processor_type":"SmolVLMImageProcessor","size":{"height":20,"width":31},"max_image_size":{"longest_edge":16},"do_image_splitting":false}"#,
    ]

    private static let processors = [
        #"{"image_processor_type":"ViTImageProcessor","size":{"height":24,"width":24},"resample":2,"do_rescale":true}"#,
        #"{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":24},"crop_size":20,"image_mean":[0.5,0.4,0.3]}"#,
        #"{"image_processor_type":"ConvNextImageProcessor","size":{"shortest_edge":24},"crop_pct":0.875,"image_std":[1,2,3]}"#,
        #"{"feature_extractor_type":"BitImageProcessor","do_pad":true,"pad_size":{"height":9,"width":9},"size":{"longest_edge":8}}"#,
    ]
}
