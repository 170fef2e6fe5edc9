import Foundation

/// Small pictures that Pillow 13 wrote of made-up pixels, with the SHA-256 of the RGB pixels it reads them as.
struct PictureSample: Sendable, CustomStringConvertible {
    var width: Int
    var height: Int
    var pixels: String
    var base64: String

    var bytes: [UInt8] { Array(Data(base64Encoded: base64)!) }
    var description: String { "\(width) x \(height), \(base64.prefix(12))" }

    static let all = [
        baselineJPEG, progressiveGreyJPEG, inksJPEG, palettePNG, alphaPNG,
        grey16PNG, colour16PNG, interlacedPNG, shortPalettePNG, lossyAlphaWebP,
        losslessWebP, movingWebP,
    ]

    static let baselineJPEG = PictureSample(
        width: 13, height: 9, pixels: "bc486badaa87fb48f909c1e030bed2c3ef7ccbd36cbb4dda9a3f65b15b258773",
        base64: """
            /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9\
            Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wAARCAAJAA0DASIAAhEB\
            AxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABgUH/8QAHRAAAQQCAwAAAAAAAAAAAAAAAAQFBhEzoQMjQf/EABUBAQEAAAAAAAAAAAAAAAAAAAMG/8QAHREA\
            AQQCAwAAAAAAAAAAAAAAAwABAgWh4QQRM//aAAwDAQACEQMRAD8AmN0RuuvQmSw2+LFoyBr8FiPCCCnczdyJjaoabgHaPrja/9k=
            """)

    static let progressiveGreyJPEG = PictureSample(
        width: 13, height: 9, pixels: "535b677d1a9cba1d03eddfc7912c1f5236856a25f109a10ec54c1dd61e393af9",
        base64: """
            /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUo\
            KSj/wgALCAAJAA0BAREA/8QAFgABAQEAAAAAAAAAAAAAAAAABgUH/9oACAEBAAAAAZ6DMEn/xAAZEAADAAMAAAAAAAAAAAAAAAAAAwUEITL/2gAIAQEA\
            AQUCRPFztY4rn//EABYQAQEBAAAAAAAAAAAAAAAAADEAEP/aAAgBAQAGPwIjf//EABYQAQEBAAAAAAAAAAAAAAAAABARQf/aAAgBAQABPyG0P5D/2gAI\
            AQEAAAAQj//EABkQAAEFAAAAAAAAAAAAAAAAAAAQETHR4f/aAAgBAQABPxDADlSEB//Z
            """)

    static let inksJPEG = PictureSample(
        width: 13, height: 9, pixels: "aa66666cd1820c5539af8d43e1fd2a792138f721ca29a3d643558ee044c92105",
        base64: """
            /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBKUVJP\
            /8AAFAgACQANBEMRAE0RAFkRAEsRAP/EABkAAAIDAQAAAAAAAAAAAAAAAAYHAAMFBP/EACcQAAEBBAkFAAAAAAAAAAAAAAAEAwUGERMWITEyNEJjoRIU\
            IyQz/9oADgRDAE0AWQBLAAA/AN+JmuO0qrju8h+uW9vO2UgVc6bDYKp7tfbvJXHd5MBTE9E06aTkNUCbwXDMibWNM7Ig1Aw59Iq3vmyC3eeZDVB8D//Z
            """)

    static let palettePNG = PictureSample(
        width: 13, height: 9, pixels: "144d3972351340026117a31029da2ab076d739d086137547c792841ceaf6c205",
        base64: """
            iVBORw0KGgoAAAANSUhEUgAAAA0AAAAJBAMAAAAbVLtZAAAAIVBMVEXczIGbx1W/h0ND2CE/rxlEhxXRRheVQw+6AIg5Twg7Fw25YQauAAAABHRSTlP/\
            //8AQCqp9AAAADtJREFUeJwlyMEJwCAQALAot/8gztAVhI7QDc5nKVR9mGdKo8svEqiwiIv/NutpkXQp1pgWdZwvzXx4N6k3E/VsAEH1AAAAAElFTkSu\
            QmCC
            """)

    static let alphaPNG = PictureSample(
        width: 13, height: 9, pixels: "0443d7654c4c31bfe3a401b35890f54e46f554c0ebbafd95bf675d9aa2f0c7b0",
        base64: """
            iVBORw0KGgoAAAANSUhEUgAAAA0AAAAJCAYAAADpeqZqAAAAQElEQVR4nGNk0GD4L8zA8IUUzMIszfCbmYGJJIykiYVojKaJjSiMRRMHQYxDExdejEcT\
            D05MQBMfVkyEJgEMDAAa4nhdsyv2PAAAAABJRU5ErkJggg==
            """)

    static let grey16PNG = PictureSample(
        width: 13, height: 9, pixels: "687776110193f9d43792a1f859c7ac0476125b57e1c2c66baa40e55bd4997b32",
        base64: """
            iVBORw0KGgoAAAANSUhEUgAAAA0AAAAJEAAAAACcgSX1AAAAHklEQVR4nGNkYGBQQ0BGdQSbiYENF6StFCM7Te0CAKhIBE7kz/IiAAAAAElFTkSuQmCC
            """)

    static let colour16PNG = PictureSample(
        width: 7, height: 5, pixels: "b351cdcc7de5c76aa381082161ea381e99dd9f00369324e1be90897f90c9f4a6",
        base64: """
            iVBORw0KGgoAAAANSUhEUgAAAAcAAAAFEAIAAABWaL3MAAAA0klEQVR4nGNgMNWQZTAVVgORasIg0pIHRPpUgsj4LBBZ5A4iGZjNnMsYTMWUncuYzDVl\
            nMtYDG04ncvYjP2rnMs4bJPCncu47EsdnMt4LBnYjOOyGUwldeKyWQx1JOOyOWztueKyeSyD0uOyBVRTA+KyRRQrfOOyJXQZOG0qfRhMZTQrfdiM9aUq\
            fXgsncorfYTUQxMqfSR0M2IrfeS0q/0qfVQEGXgspyxkMJXXmrKQw9aIfcpCAVXXgikLJXQjcqcsVBDNjpuyUEO2znvKQgNWAL+3M6YyXAbpAAAAAElF\
            TkSuQmCC
            """)

    static let interlacedPNG = PictureSample(
        width: 7, height: 5, pixels: "af9be4f5a92c6af575576c9723273ca70b7235f83652823a22a6a74f7b9c018c",
        base64: """
            iVBORw0KGgoAAAANSUhEUgAAAAcAAAAFAgAAAAGRRoEzAAAAH0lEQVR4nGM4wMDAYACEFxgSGXgYFBi2MDSmMFRmAAA1NAT4MNNqpQAAAABJRU5ErkJg\
            gg==
            """)

    static let shortPalettePNG = PictureSample(
        width: 7, height: 5, pixels: "bb390dd40966d3cbcef353b25f8504334449fbec494d33989d6850d515583adc",
        base64: """
            iVBORw0KGgoAAAANSUhEUgAAAAcAAAAFBAMAAAEMs9t9AAAAJFBMVEVgrNTtHOPhluRCfS01Scx2FrPdmzdnzk0WBHK0VCeDaPiUW/GxZtRqAAAAKUlE\
            QVR4nGPYwPCB4TfDe4aXDLNMGX58YNBtYPj6gUF8StYBhgd1SQcA3EcOEuUq2ncAAAAASUVORK5CYII=
            """)

    static let lossyAlphaWebP = PictureSample(
        width: 13, height: 9, pixels: "00547c202582c529b215580e768f68b9febb2c7d7a38976c321ca47bc33d6752",
        base64: """
            UklGRoIAAABXRUJQVlA4WAoAAAAQAAAADAAACAAAQUxQSBgAAAABuYzof0Bp2wbM//+WTVZWHjEBE9Aw0w1WUDggRAAAANABAJ0BKg0ACQACgEIlsAJ0\
            AQ61dzUAAP713W7Z/rGvq3+tkZf1PcuX/wua1H9GAc93Ln3Wgq/+NO9+n8ICf73FAgAA
            """)

    static let losslessWebP = PictureSample(
        width: 13, height: 9, pixels: "0443d7654c4c31bfe3a401b35890f54e46f554c0ebbafd95bf675d9aa2f0c7b0",
        base64: """
            UklGRkAAAABXRUJQVlA4TDQAAAAvDAACALkyRPQ/dlF6AklbvO3vfxyE2UbzmMD5Q+51AGLBZA75k/aISVMsu4wJ2NFZIF8D
            """)

    static let movingWebP = PictureSample(
        width: 13, height: 9, pixels: "0443d7654c4c31bfe3a401b35890f54e46f554c0ebbafd95bf675d9aa2f0c7b0",
        base64: """
            UklGRvwCAABXRUJQVlA4WAoAAAASAAAADAAACAAAQU5JTQYAAAAAAAAAAABBTk1GYgEAAAAAAAAAAAwAAAgAADIAAAJWUDhMSgEAAC8MAAIAp2OQbSSQ\
            CjzVTM/uIQgkbeF3nTgAgCjn7m4PYDyA8QDGAxgPYDyA8QCNGp2kUaNGjRo1atTE5j9vQACvADugIPtfIYAAAQKkXnZOfeyM+gEBAgSIutoddbdb6gkM\
            GDBg6mB3q5PdpS4gQIAAodZ2r9raPWoPChQoUGpm96uF3adWYMCAAaOG9qAa2wNqCg4cOHCqYw+rnj2kBhAgQICg6vaoatojqg0JEiRIqmBPqJI9pipQ\
            oECBotL2vMrasyoPDRo0aCpmr6mEvaJSMDw4CACAbEXNum3btm3bthHR/wBwtkRr8yeKrfHmCpJcmd4RTJU7090dovEVRlc4U+3ND0+YLlCa3JFsrb84\
            vhCGUGX2RHP1wfL0RpkitcUbyzeGq/MHY4k1Vl+80BytL1+CI9XZA8lSe7K9/Sie3OAMpSvd2f7xB0FOTUZmAQAAAAAAAAAADAAACAAAMgAAAFZQOExN\
            AQAALwwAAhCfg5CNJIFU4AkeZ0zX7iAMpG2behe4EwcAEOXc3e0BjAcwHsB4AOMBjAcwHqBRo5M0atSoUaNGjZrY/Oc7IIBTgA1QkO2vEECAAAFSLxun\
            PjZG/YAAAQJEXW2Outss9QQGDBgwdbC51cnmUhcQIECAUGubV21tHrUHBQoUKDWz+dXC5lMrMP4bYNTQFlRjW0BNwYEDB051bGHVs4XUAAIECBBU3RZV\
            TVtEtSFBggRJFWwJVbLFVAUKFChQVNqWV1lbVuWhQYMGTcVsNZWwVVQKhgMHAQCQrahZt23btm3bNiL6H7/7btopp0JOg5xHfa+bcauYCNh1Ug7xOa+G\
            jXzMZ9WIWdj7tBzUc1GvRS1ioq/jol/L/j1mlZCBPA/zXjUTcZuUAjr82M+6lXTYZVTwadBtO2mXkkGHXsYlwct61CzE/TathI0DAA==
            """)
}
