"""The table of Tools/Speed/side_by_side.py, as lines of text."""

import statistics

UNITS = {"step": ("ms", 1e3), "epoch": ("s", 1), "evaluation": ("s", 1)}


def table(result):
    return [*heading(result), "", *times(result), "", *floors(result), "", *others(result)]


def heading(result):
    work, rates = result["work"], result["rates"]
    steps, epoch = work["steps"], work["epoch"]
    share = result["othersShare"]
    return [
        f"{result['data']}: {work['users']:,} histories, {work['items']:,} items; {steps} steps of {work['batchSize']} users, "
        f"{epoch['items'] / steps:.0f} items and {epoch['rows'] / steps:.0f} rows each",
        f"{result['device']}, {result['threads']} threads of {result['cores']} cores, {rates[0]['capability']}, "
        f"LibTorch {rates[0]['libTorch']}; {result['rounds']} turns",
        f"load {result['load']:.2f} before; other processes took "
        + ("an unknown share" if share is None else f"{100 * share:.0f} %") + " of the cores meanwhile",
        f"[704 x 768] x [768 x 64]: {rate(result, 'float32') / 1e9:,.0f} G operations/s in float32, "
        f"{rate(result, 'bfloat16') / 1e9:,.0f} in bfloat16; copying {rate(result, 'copy') / 1e9:.1f} GB/s",
    ]


def rate(result, kind):
    """The best measured one."""
    return max(rates[kind]["best"] for rates in result["rates"])


def values(result, who, precision, what):
    """Seconds of all turns: of steps each turn's median, since batches differ. Our first epoch of a turn, and the evaluation after it, bring the
    states from the disk into memory and are left out, as PyTorch reads them before its steps."""
    found = []
    for run in result[who][precision]:
        seconds = run[f"{what}Seconds"]
        if what == "step":
            # On an accelerator they are means of epochs, and the first one also records.
            first = 1 if who == "iisan" and result["device"] != "cpu" and len(seconds) > 1 else 0
            found.append(statistics.median(seconds[first:]))
        else:
            found += seconds[1:] if who == "iisan" and len(seconds) > 1 else seconds
    return found


def times(result):
    lines = [f"{'':32}{'iisan':>18}{'PyTorch':>22}{'PyTorch / iisan':>20}",
             f"{'':32}{'best':>9}{'median':>9}{'best':>13}{'median':>9}{'best':>11}{'median':>9}"]
    pairs = [("float32", "float32"), ("bfloat16", "bfloat16"), ("bfloat16", "float32")]
    for what, (unit, factor) in UNITS.items():
        for ours, theirs in pairs:
            name = ours if ours == theirs else "bf16 / float32"
            lines.append(row(f"{what}, {name}, {unit}", factor, values(result, "iisan", ours, what),
                             values(result, "pytorch", theirs, what)))
    for precision in ("float32", "bfloat16"):
        lines.append(row(f"memory, {precision}, MB", 1e-6, *(
            [run["memory"]["own"] for run in result[who][precision]] for who in ("iisan", "pytorch"))))
        if "deviceMemory" in result["pytorch"][precision][0]:
            lines.append(row(f"on device, {precision}, MB", 1e-6, *(
                [run["deviceMemory"] for run in result[who][precision]] for who in ("iisan", "pytorch"))))
    for precision, run in result.get("oneByOne", {}).items():
        lines.append(f"epoch, {precision}, operations asked for one by one: {min(run['epochSeconds']):.2f} s; on device "
                     f"{(run['deviceMemory'] or 0) / 1e6:.0f} MB")
    mapped = max(run["memory"]["mapped"] for runs in result["iisan"].values() for run in runs)
    whole = result["pytorch"]["float32"][0]["isWhole"]
    return lines + [
        f"An epoch is training alone; PyTorch's is {'whole' if whole else 'the median step times its steps'}. Evaluation ranks all items for all users.",
        f"Memory is above LibTorch's own start-up, at most; iisan also touches {mapped / 1e6:.0f} MB of mapped files."]


def row(name, factor, ours, theirs):
    one, other = (min(ours), statistics.median(ours)), (min(theirs), statistics.median(theirs))
    return (f"{name:32}{one[0] * factor:9.2f}{one[1] * factor:9.2f}{other[0] * factor:13.2f}{other[1] * factor:9.2f}"
            f"{other[0] / one[0]:9.2f} x{other[1] / one[1]:7.2f} x")


def floors(result):
    lines = ["Floor of an epoch: operations of the needed products / the rate of one",
             f"{'':26}{'G operations':>14}{'floor, s':>10}{'epoch, best':>13}{'median':>9}{'reached':>11}"]
    for precision in ("float32", "bfloat16"):
        epochs = values(result, "iisan", precision, "epoch")
        for form, name in (("asWritten", "heads as written"), ("folded", "heads folded")):
            operations = sum(result["work"][form].values())
            floor = operations / rate(result, precision)
            lines.append(f"{precision + ', ' + name:26}{operations / 1e9:14,.0f}{floor:10.2f}{min(epochs) / floor:11.2f} x"
                         f"{statistics.median(epochs) / floor:7.2f} x{100 * floor / min(epochs):9.0f} %")
    return lines


def others(result):
    start = result["start"]
    lines = [f"iisan --help {1e3 * start['helpSeconds']:.0f} ms; iisan train to the end of its second step {start['twoStepsSeconds']:.2f} s"]
    if "losses" in result:
        found = result["losses"]
        lines.append(
            f"Losses of the first {len(found['fast'])} steps, float32, from the same parameters: fast and plain form differ by at most "
            f"{found['largestRelativeDifference']:.1e}, fast form and PyTorch by {found['largestRelativeDifferenceFromStatement']:.1e}")
    return lines + result.get("encoding", [])
