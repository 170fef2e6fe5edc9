/// A collection whose least element is at hand.
struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    /// Adds an element.
    mutating func insert(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard elements[index] < elements[parent] else { break }
            elements.swapAt(index, parent)
            index = parent
        }
    }

    /// Takes the least element out; nil when there is none.
    mutating func removeLeast() -> Element? {
        guard let least = elements.first, let last = elements.popLast() else { return nil }
        if elements.isEmpty { return least }
        elements[0] = last
        var index = 0
        while true {
            var smallest = index
            for child in 2 * index + 1...2 * index + 2 where child < elements.count && elements[child] < elements[smallest] {
                smallest = child
            }
            if smallest == index { return least }
            elements.swapAt(index, smallest)
            index = smallest
        }
    }
}
