/// The page's own style sheet.
enum PageStyle {
    /// Rules of the page; the charts' are apart.
    static let css = """
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);
        font:16px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
        font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
        main{max-width:1200px;margin:0 auto;padding:56px 32px 72px}
        h1{font-size:34px;line-height:1.15;letter-spacing:-.02em;font-weight:650;margin:0 0 6px;overflow-wrap:anywhere}
        h2{font-size:20px;line-height:1.3;letter-spacing:-.01em;font-weight:620;margin:0 0 4px}
        h3{font-size:15px;font-weight:620;margin:0 0 10px}
        p{margin:0}.soft{color:var(--soft)}.lead{color:var(--soft);max-width:68ch;margin-bottom:18px;font-size:15px}
        section{margin-top:52px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:1px;margin-top:28px;
        background:var(--faint);border:1px solid var(--faint);border-radius:10px;overflow:hidden}
        .tile{background:var(--panel);padding:16px 18px}.tile b{display:block;font-size:24px;font-weight:620;letter-spacing:-.01em;
        line-height:1.25;white-space:nowrap}.tile span{display:block;font-size:13px;color:var(--soft)}
        .scroll{overflow-x:auto}.wide{overflow-x:auto;margin:0 -12px;padding:0 0 2px}
        table{border-collapse:collapse;width:100%;font-size:15px}
        th{font-size:13px;font-weight:550;color:var(--soft);text-align:right;vertical-align:bottom;padding:8px 12px;
        border-bottom:1px solid var(--soft)}
        td{padding:10px 12px;text-align:right;vertical-align:top;border-bottom:1px solid var(--faint);white-space:nowrap}
        th:first-child,td:first-child{text-align:left}
        td:first-child{white-space:normal;min-width:150px;font-weight:550;overflow-wrap:anywhere}
        td:first-child small{white-space:normal;font-size:12.5px;line-height:1.4}td small{display:block;font-size:12px;font-weight:400;color:var(--soft)}
        td.best{color:var(--mark);font-weight:650}tr.subject td{background:var(--mark-soft)}
        tr.ceiling td{color:var(--soft);font-weight:400}
        tr.group th{text-align:left;color:var(--ink);font-weight:620;padding-top:22px;border-bottom-color:var(--faint)}
        .note{font-size:13px;color:var(--soft);margin-top:8px}
        .charts.below{margin-top:34px}.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:32px 44px}
        .charts .chart{max-width:540px}
        .chart{display:block;width:100%;height:auto;overflow:visible}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 22px;margin:0;font-size:15px}
        dl.inner{margin-top:14px}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
        .card{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:28px 44px;align-items:start}
        .example{border:1px solid var(--faint);border-radius:12px;background:var(--panel);padding:20px 22px;margin-top:20px}
        .label{font-size:13px;color:var(--soft);margin:14px 0 8px}
        .items{display:grid;grid-template-columns:repeat(10,minmax(0,1fr));gap:12px 10px;list-style:none;margin:0;padding:0}
        .item{min-width:0}.picture{position:relative;aspect-ratio:1;border-radius:7px;overflow:hidden;background:var(--faint)}
        .picture img{width:100%;height:100%;object-fit:cover;display:block}
        .picture .blank{position:absolute;inset:0;padding:8px;font-size:12px;line-height:1.3;overflow:hidden;overflow-wrap:anywhere}
        .title{font-size:12px;line-height:1.35;margin-top:5px;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;
        overflow:hidden;overflow-wrap:anywhere}
        .score{font-size:12px;color:var(--soft)}.picture+.score{margin-top:5px}
        .hit .picture{outline:3px solid var(--hit);outline-offset:1px}.hit .score{color:var(--hit);font-weight:650}
        .badge{display:inline-block;font-size:12px;font-weight:600;border-radius:99px;padding:1px 10px;vertical-align:2px;
        margin-left:8px;background:var(--faint);color:var(--soft)}.badge.yes{background:var(--hit-soft);color:var(--hit)}
        .badge.no{background:var(--bad-soft);color:var(--bad)}.verdicts{list-style:none;margin:0;padding:0}
        .verdicts li{display:grid;grid-template-columns:108px 1fr;gap:14px;padding:8px 0;border-bottom:1px solid var(--faint);
        overflow-wrap:anywhere;align-items:start}.verdicts .badge{margin:2px 0 0;justify-self:start;white-space:nowrap}
        h3.map{margin-top:24px}.lines{white-space:pre-line}
        details{margin-top:20px;border-top:1px solid var(--faint);padding-top:14px}
        summary{cursor:pointer;font-weight:600;font-size:15px}
        pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);border:1px solid var(--faint);
        border-radius:8px;padding:14px 16px;overflow-x:auto;margin:14px 0 22px}
        footer{margin-top:56px;font-size:13px;color:var(--soft)}
        """

    /// Rules for narrow screens and for paper.
    static let adaptations = """
        @media (max-width:760px){.verdicts li{grid-template-columns:1fr;gap:4px}main{padding:32px 18px 48px}h1{font-size:27px}section{margin-top:40px}
        .tiles{grid-template-columns:repeat(2,1fr)}.wide td:first-child,.wide th:first-child{position:sticky;left:0;
        background:var(--paper);min-width:118px;max-width:150px}.wide tr.subject td:first-child{background:var(--mark-soft)}
        .tile b{font-size:20px}.tile:last-child:nth-child(odd){grid-column:span 2}
        .items{grid-template-columns:repeat(5,minmax(0,1fr))}.items.history{grid-template-columns:none;grid-auto-flow:column;
        grid-auto-columns:84px;overflow-x:auto;padding-bottom:4px}.example{padding:16px 14px}
        dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}}
        @media (max-width:480px){.items{grid-template-columns:repeat(3,minmax(0,1fr))}}
        @media print{:root{color-scheme:light}body{font-size:11pt;background:#fff}main{max-width:none;padding:0}
        h1{font-size:22pt}td{padding:4px 5px;font-size:8.5pt}th{padding:4px 5px;font-size:7.5pt}td small,td:first-child small{font-size:7pt}
        .example,.chart,tr,li{break-inside:avoid}h2,h3,.lead{break-after:avoid}.wide td:first-child{position:static}.wide,.scroll{overflow:visible;margin:0}.charts{grid-template-columns:1fr 1fr;gap:20px 28px}
        .lead{break-inside:avoid}section{margin-top:28px}
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
        """
}
