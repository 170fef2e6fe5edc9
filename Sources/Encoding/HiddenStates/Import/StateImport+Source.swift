import Files
import Foundation

extension StateImport.Source {
    /// Tells from what lies in a place how states are to be read there.
    ///
    /// - Parameters:
    ///   - place: a folder with a file per item, a `.npy` file, or a safetensors file: of one tensor, or of a tensor per item.
    ///   - ids: the ids of a table's rows; a table's alone.
    /// - Throws: ``UserError`` when there is nothing, or something else.
    public init(_ place: URL, ids: URL? = nil) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
            throw UserError("there is no such file or folder", at: place.path, remedy: "Check the path.")
        }
        let source: StateImport.Source
        if isFolder.boolValue {
            source = .folder(place)
        } else {
            switch place.pathExtension {
            case "npy": source = .table(place, ids: ids)
            case "safetensors":
                source = try SafetensorsFile(place).entries.count == 1 ? .table(place, ids: ids) : .tensors(place)
            default:
                throw UserError(
                    "not a file of states", at: place.path,
                    remedy: "Give a .npy or .safetensors file, or a folder with a .pt or .npy file per item.")
            }
        }
        if ids != nil, case .table = source {
        } else if ids != nil {
            throw UserError("the states are named by item, ids of rows do not belong to them", at: place.path)
        }
        self = source
    }
}
