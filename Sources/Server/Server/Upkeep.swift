import CServerSystem
import Database
import Foundation
import Logging
import Serving
import ServiceLifecycle

/// What a server does beside its answers, from time to time.
package struct Upkeep: Sendable {
    let model: ModelService
    let database: any ServerDatabase
    let pictures: PictureFolder
    /// Whether other servers change items, which are looked for twice a second.
    let isShared: Bool

    /// Works until it is told to stop. What fails once is told, and tried again.
    func run(_ logger: Logger) async {
        @Sendable func every(_ pause: Duration, _ body: @escaping @Sendable () async throws -> Void) async {
            await cancelWhenGracefulShutdown {
                while (try? await Task.sleep(for: pause)) != nil {
                    do { try await body() } catch is CancellationError { return } catch { logger.error("upkeep: \(error)") }
                }
            }
        }
        await withTaskGroup(of: Void.self) { group in
            if isShared { group.addTask { await every(.milliseconds(500)) { try await model.follow() } } }
            group.addTask {
                await every(.seconds(60)) {
                    try await database.checkpoint()
                    // glibc keeps what each thread once needed: without this a server that changes items and reloads its run takes some
                    // megabytes more each minute.
                    return_free_memory()
                }
            }
            // Between a picture and the item that has it lies an encoding, not an hour.
            group.addTask {
                await every(.seconds(3600)) {
                    _ = try await pictures.sweep(olderThan: 3600) { try await database.pictures(among: $0) }
                }
            }
        }
    }
}
