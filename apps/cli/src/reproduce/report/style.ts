/** Of the HTML report: for the screen, and for paper. */
export const style = `
:root { color-scheme: light; font-size: 15px; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .4rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; } h3 { margin: 1.8rem 0 .4rem; font-size: 1.05rem; }
.words { font-size: 1.05rem; } p { max-width: 46rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: .5rem 0; font-size: .86rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top; } th { font-weight: 600; vertical-align: bottom; } td:first-child { min-width: 7rem; }
td b { font-weight: 400; white-space: nowrap; } td small { display: block; color: #555; font-size: .8em; white-space: nowrap; }
.reproduced, .notReproduced, .tooFew, .notRun { white-space: nowrap; } .reproduced, .reliable { color: #00563b; } .notReproduced, .broken, .masked { color: #a03000; } .suspect, .tooFew { color: #765000; } .notRun, .noPaperNumber { color: #666; }
.code td:last-child { overflow-wrap: anywhere; font-size: .75rem; }
.note { color: #555; font-size: .86rem; } code, pre { font-size: .85rem; overflow-wrap: anywhere; } pre { white-space: pre-wrap; background: #f5f5f5; padding: .6rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem 2rem; } figure { margin: 0; break-inside: avoid; } figcaption { font-size: .88rem; font-weight: 600; margin-bottom: .3rem; }
@page { margin: 14mm; }
@media print {
  :root { font-size: 10.5px; } body { max-width: none; margin: 0; padding: 0; } a { color: inherit; } .scroll { overflow: visible; } th, td { padding-right: .5rem; } td:first-child { min-width: 5rem; }
  h2, h3 { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; } .pages { break-before: page; } .figures { grid-template-columns: 1fr 1fr; } details { display: none; }
}
`;
