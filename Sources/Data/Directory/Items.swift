import Files
import Foundation

/// The items of a dataset; an item's index is its place here. Each is read from the mapped file when it is asked for.
///
/// An item whose line is damaged has an empty id, no title and no picture; ``Dataset/verify()`` finds and names such lines.
public struct Items: RandomAccessCollection, Sendable {
    let lines: MappedLines
    private let places: MappedArray<UInt64>
    private let root: URL?

    init(_ index: DatasetIndex, root: URL?) {
        lines = index.items
        places = index.places
        self.root = root
    }

    /// The first index, always 0.
    public var startIndex: Int { 0 }
    /// The number of items.
    public var endIndex: Int { lines.count }

    /// An item.
    public subscript(index: Int) -> Item {
        lines.withLine(index) { line in
            var fields = ItemFields()
            do { try fields.read(line) } catch { return Item(id: "", title: nil, picturePath: nil, root: root) }
            let picture = fields.picture.flatMap { PicturePath.isConfined($0) ? $0 : nil }
            return Item(id: fields.id ?? "", title: fields.title, picturePath: picture, root: root)
        }
    }

    /// The index of the item with an id; nil when there is none.
    func index(of id: String) -> Int? {
        var wanted = id
        return wanted.withUTF8 { wanted in
            let wanted = UnsafeRawBufferPointer(wanted)
            return places.withElements { places in
                var fields = ItemFields()
                let place = IDPlaces.find(IDHash.hash(wanted), in: places) { index in
                    index < count
                        && lines.withLine(index) { line in
                            (try? fields.read(line)) != nil && fields.idBytes?.elementsEqual(wanted) == true
                        }
                }
                guard let place, places[place] != IDPlaces.free else { return nil }
                return IDPlaces.number(places[place])
            }
        }
    }

    /// Whether lines and ids are found where they are.
    func isIndexed(as ids: IDTable) -> Bool { lines.startsAreTrue && places.elementsEqual(ids.places) }
}
