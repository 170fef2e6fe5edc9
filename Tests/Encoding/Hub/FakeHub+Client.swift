import Foundation
import TestSupport

@testable import Hub

extension FakeHub {
    /// A client that asks this hub, keeps models below a folder and waits for no longer than tests can.
    func client(_ folder: URL, token: String? = nil, retries: Int = 3) -> HubClient {
        let settings = HubSettings(environment: ["HF_HOME": folder.path])
        var client = HubClient(endpoint: hub.address, token: token, cache: HubCache(folder), settings: settings)
        client.patience = HubPatience(retries: retries, delay: 0.005, longest: 0.05)
        client.serverPatience = 10
        return client
    }
}
