/// The style sheets: colours as variables, light by default, dark where the reader's system asks for it.
enum ChartStyle {
    /// The variables that charts and pages share. The line colours are Okabe and Ito's, which colour-blind people tell apart,
    /// lightened for dark backgrounds.
    static let colours = """
        :root{color-scheme:light dark;--paper:#fdfdfc;--panel:#fff;--ink:#1a1c1f;--soft:#5b6169;--faint:#e4e5e3;--mark:#0a62a8;
        --hit:#00785a;--hit-soft:#e3f4ee;--mark-soft:#eaf2f9;--low:#d9822b;--high:#0a72b9;--bad:#a8431b;--bad-soft:#f9ebe4;
        --s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b8598f;--s4:#b98600;--s5:#3d9bd0}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#131416;--panel:#1a1c1f;--ink:#e9e9e6;--soft:#a0a6ad;--faint:#303338;
        --mark:#6db3ec;--hit:#46c79c;--hit-soft:#15322a;--mark-soft:#1b2a38;--low:#e39a4f;--high:#4ba3e3;--bad:#f09a72;--bad-soft:#3a2219;
        --s0:#4ba3e3;--s1:#f08a4b;--s2:#3fc79c;--s3:#e08bbb;--s4:#e6b740;--s5:#8fd0f5}}
        """

    /// The classes that charts draw with.
    static let chart = """
        .chart text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
        fill:var(--ink);font-variant-numeric:tabular-nums}
        .chart .chart-title{font-size:15px;font-weight:600}.chart .tick,.chart .legend{font-size:12.5px;fill:var(--soft)}
        .chart .legend{fill:var(--ink)}.chart .grid{stroke:var(--faint);stroke-width:1}.chart .axis{stroke:var(--soft);stroke-width:1}
        .chart .reference{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:2 4}
        .chart .line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}.chart .line.dashed{stroke-dasharray:7 5}
        .chart .line.dotted{stroke-dasharray:1.5 5}.chart .faint{opacity:.45}
        .chart .frontier{fill:none;stroke:var(--s2);stroke-width:1.5;stroke-dasharray:3 4}
        .chart .leader{stroke:var(--soft);stroke-width:.75}.chart .in-bar{font-size:12px;fill:#fff}
        .chart .whisker{fill:none;stroke-width:1.75}.chart .other{stroke:var(--soft)}.chart .dot.other{fill:var(--soft)}
        .chart .dot{stroke:var(--panel);stroke-width:1.5}
        .s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}.s4{stroke:var(--s4)}.s5{stroke:var(--s5)}
        .dot.s0{fill:var(--s0)}.dot.s1{fill:var(--s1)}.dot.s2{fill:var(--s2)}.dot.s3{fill:var(--s3)}.dot.s4{fill:var(--s4)}
        .dot.s5{fill:var(--s5)}.chart .dot.hollow{fill:var(--panel);stroke-width:2}.chart .dot.hollow.s0{stroke:var(--s0)}
        .chart .dot.hollow.other{stroke:var(--soft)}.chart .haloed{paint-order:stroke;stroke:var(--paper);stroke-width:4;stroke-linejoin:round}
        .cell-text{font-size:13px}.chart .value{font-size:12.5px}
        """
}
