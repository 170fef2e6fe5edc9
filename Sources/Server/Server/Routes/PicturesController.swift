import Files
import Foundation
import HTTPTypes
import Hummingbird
import IISAN
import Pictures
import Serving

/// The pictures of items: files as they are on their way in, encoded again on their way out.
struct PicturesController: Sendable {
    let state: ServerState

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.group().add(middleware: NeedsScope(.read)).get("items/{item}/picture", use: get)
        routes.group().add(middleware: NeedsScope(.write))
            .put("items/{item}/picture", use: put)
            .delete("items/{item}/picture", use: remove)
        return routes
    }

    @Sendable private func get(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        let query = try Query(request, known: ["v", "size"])
        let size = try query.word("size", ServedPicture.Size.self) ?? .whole
        let engine = try state.engine
        guard let picture = try await engine.pictures.picture(of: id, as: size) else {
            _ = try await known(id)
            throw Failure(.notFound, "no_picture", "item \(id.quoted) has no picture")
        }
        let tag = EntityTag(hash: Paths.version(picture.version) + (size == .whole ? "" : "-\(size.rawValue)"))
        // A version never changes; without one, or by that of another picture, it has to be asked for again.
        let headers: HTTPFields = [
            .eTag: tag.field,
            .cacheControl: query["v"] == Paths.version(picture.version)
                ? "private, max-age=31536000, immutable" : "private, no-cache",
            .contentSecurityPolicy: "default-src 'none'; sandbox",
            .contentDisposition: "inline",
        ]
        if request.has(tag) { return .empty(.notModified, headers: headers) }
        var all = headers
        all[.contentType] = picture.type
        return Response(status: .ok, headers: all, body: .init(byteBuffer: ByteBuffer(bytes: picture.bytes)))
    }

    @Sendable private func put(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        let type = try request.require(PictureFormat.allCases.map(\.mediaType))
        let bytes = try await request.bytes(most: state.settings.picture.bytes)
        guard let format = bytes.withUnsafeBytes({ PictureFormat($0) }), format.mediaType == type else {
            throw Failure.value(
                "unusable_picture", "the file is no \(type)", at: "Content-Type",
                remedy: "Send a JPEG, PNG or WebP file by its type.")
        }
        let item = try await known(id)
        let receipt: ItemReceipt
        do {
            receipt = try await state.engine.items.put(
                picture: bytes, id: id, expected: request.expected(current: item.revision))
        } catch let error as UserError {
            throw Failure.value("unusable_picture", error.problem, at: nil, remedy: error.remedy)
        }
        return try .json(
            ReceiptBody(id: id, revision: receipt.revision), status: receipt.isNew ? .created : .ok,
            headers: [.eTag: EntityTag(revision: receipt.revision).field])
    }

    @Sendable private func remove(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        let item = try await known(id)
        guard item.picture != nil else {
            throw Failure(.notFound, "no_picture", "item \(id.quoted) has no picture")
        }
        _ = try await state.engine.items.put(picture: nil, id: id, expected: request.expected(current: item.revision))
        return .empty()
    }

    private func known(_ id: String) async throws -> ItemView {
        if let item = try await state.engine.items.item(id) { return item }
        throw try await Failure(Refusal(.unknownItem, state.engine.model.ask { $0.noItem(id) }))
    }
}

extension PictureFormat {
    /// Its media type.
    var mediaType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .webp: "image/webp"
        }
    }
}
