// SPDX-License-Identifier: Apache-2.0
#include "style.hpp"

namespace costrand::trace {

std::string_view style_sheet() noexcept {
    return R"css(:root {
  color-scheme: light dark;
  --back: #fbfbfa; --face: #fff; --text: #1c2024; --dim: #646b73; --line: #dcdfe3;
  --client: #8a8f98; --rps: #3b6fd4; --amt: #1d8a6b; --pause: #d9a520;
  --bad: #c2352b; --warn: #b36b00; --good: #1d7f4e; --tint: #f0f2f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171a; --face: #1c2024; --text: #e7e9ec; --dim: #9aa2ab; --line: #343a41;
    --client: #7d858f; --rps: #7ba3f2; --amt: #4fc39f; --pause: #d9ad3c;
    --bad: #f0776d; --warn: #e5a74b; --good: #5cc78d; --tint: #262b31;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 3rem; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--back);
  color: var(--text); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.35rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
h3 { font-size: .8rem; font-weight: 600; margin: .8rem 0 .2rem; color: var(--dim); }
p { margin: 0; }
small, .hint, footer { color: var(--dim); font-size: .8rem; }
time { font-variant-numeric: tabular-nums; color: var(--dim); font-size: .75rem; }
a { color: inherit; text-decoration: none; }
b, .d, .verdict span { unicode-bidi: isolate; overflow-wrap: anywhere; }
em { font-style: normal; }
section { background: var(--face); border: 1px solid var(--line); border-radius: 10px;
  padding: .9rem; margin: 0 0 1rem; }
footer { padding: .5rem 0 2rem; }
.verdict { margin: .7rem 0 1rem; padding: .6rem .8rem; border-radius: 10px;
  border-left: 5px solid; background: var(--tint); }
.verdict.good { border-color: var(--good); } .verdict.good b { color: var(--good); }
.verdict.bad { border-color: var(--bad); } .verdict.bad b { color: var(--bad); }
.verdict.open { border-color: var(--warn); } .verdict.open b { color: var(--warn); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.2rem, 1fr)); gap: .5rem;
  margin: 0 0 1rem; }
.cards div { background: var(--face); border: 1px solid var(--line); border-radius: 10px;
  padding: .45rem .7rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.cards dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.cards dt { color: var(--dim); font-size: .75rem; line-height: 1.2; }
.cards .bad dd { color: var(--bad); } .cards .warn dd { color: var(--warn); }
.t-0 { --turn: var(--client); } .t-1 { --turn: var(--rps); }
.t-2 { --turn: var(--amt); } .t-3 { --turn: var(--pause); }
.line { position: relative; height: 1.6rem; margin-top: 1.3rem; background: var(--tint);
  border-radius: 4px; }
.line span { position: absolute; top: 0; bottom: 0; background: var(--turn); min-width: 1px; }
.line a { position: absolute; top: -1.25rem; width: 1.2rem; margin-left: -.6rem;
  text-align: center; font-size: .9rem; line-height: 1.2rem; font-weight: 700; }
.line a::after { content: ""; position: absolute; left: 50%; top: 1.15rem; height: 1.7rem;
  border-left: 1px solid; }
.k-fault { --mark: var(--bad); } .k-retry, .k-reset { --mark: var(--warn); }
.k-wait { --mark: var(--pause); }
.line a, .marks em, .seq em { color: var(--mark); }
.ends { display: flex; justify-content: space-between; color: var(--dim); font-size: .75rem;
  font-variant-numeric: tabular-nums; }
.shares, .marks { list-style: none; padding: 0; margin: .5rem 0 0; }
.shares { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; }
.shares i { display: inline-block; width: .75rem; height: .75rem; border-radius: 3px;
  margin-right: .4rem; background: var(--turn); vertical-align: -1px; }
.marks { max-height: 18rem; overflow-y: auto; margin: 0; }
.marks a { display: block; padding: .25rem 0; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }
.marks li:first-child a { border: 0; }
.marks b { font-weight: 600; }
.plot { position: relative; height: 7rem; border: 1px solid var(--line); border-radius: 4px;
  background: var(--back); }
.plot svg { display: block; width: 100%; height: 100%; overflow: visible; }
.plot path { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.plot .tx { stroke: var(--rps); } .plot .rx { stroke: var(--amt); }
.plot .cut { stroke: var(--line); stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
.plot .y { position: absolute; left: .3rem; top: .1rem; font-size: .7rem; color: var(--dim);
  background: var(--back); padding: 0 .2rem; border-radius: 3px; }
.plot .z { top: auto; bottom: .1rem; }
.sequence { padding: .9rem .5rem; }
.sequence h2 { margin-left: .4rem; }
.sequence input { position: absolute; opacity: 0; }
.sequence label { display: inline-block; margin: 0 .2rem .6rem .4rem; padding: .25rem .7rem;
  border: 1px solid var(--line); border-radius: 99px; font-size: .85rem; cursor: pointer; }
.sequence input:checked + label { background: var(--rps); border-color: var(--rps);
  color: var(--face); }
.sequence input:checked + label small { color: inherit; }
.sequence input:focus-visible + label { outline: 2px solid var(--rps); outline-offset: 2px; }
.seq { list-style: none; margin: 0; padding: 0; }
.seq li { display: grid; grid-template-columns: 2.9rem minmax(0, 1fr); }
.seq time { text-align: right; padding: .35rem .45rem 0 0; }
.seq li:target .s { box-shadow: inset 0 0 0 2px var(--pause); }
.d-apf, .d-log { display: none !important; }
#sw-apf:checked ~ .seq .d-apf, #sw-log:checked ~ .seq .d-log { display: grid !important; }
.s { position: relative; padding: .3rem 0; font-size: .82rem; line-height: 1.3;
  --edge: .9rem;
  background:
    linear-gradient(var(--line), var(--line)) var(--edge) 0 / 2px 100% no-repeat,
    linear-gradient(var(--line), var(--line)) 50% 0 / 2px 100% no-repeat,
    linear-gradient(var(--line), var(--line)) calc(100% - var(--edge)) 0 / 2px 100% no-repeat; }
.lanes { position: sticky; top: 0; z-index: 1; background: var(--face); }
.lanes .s { display: flex; justify-content: space-between; background: none; padding: .4rem 0;
  border-bottom: 1px solid var(--line); font-size: .9rem; }
.lanes b { width: 2.5rem; }
.lanes b:nth-child(3) { text-align: right; }
.lanes b:nth-child(1) { color: var(--rps); } .lanes b:nth-child(3) { color: var(--amt); }
.lanes b:nth-child(2) { width: auto; }
.a { margin: 0 calc(var(--edge) + 2px); }
.a.h1 { color: var(--rps); } .a.h2 { color: var(--amt); }
.a p { color: var(--text); background: var(--face); width: fit-content; padding: 0 .3rem; }
.a.h2 p { margin-left: auto; text-align: right; }
.a i { display: block; position: relative; width: calc(50% - 2px); height: 9px; margin-top: 1px; }
.a.h2 i { margin-left: calc(50% + 2px); }
.a i::before { content: ""; position: absolute; left: 0; right: 0; top: 4px;
  border-top: 1.5px solid; }
.a i::after { content: ""; position: absolute; top: 0; border: 4.5px solid transparent; }
.a.r i::after { right: 0; border-left-color: currentColor; border-right: 0; border-left-width: 8px; }
.a.l i::after { left: 0; border-right-color: currentColor; border-left: 0; border-right-width: 8px; }
.d-apf .a i::before, .k-link .a i::before { border-top-style: dashed; opacity: .7; }
.d-apf .a p { font-size: .75rem; }
.k-reset .a { color: var(--warn); }
.n p { width: fit-content; max-width: calc(100% - 2 * var(--edge)); margin: 0 auto;
  padding: .15rem .6rem; border-radius: 6px; background: var(--tint); text-align: center;
  overflow-wrap: anywhere; }
.k-step .n p { background: var(--face); border: 1px solid var(--line); }
.k-step .n b { font-weight: 500; }
.k-log .n p { background: var(--face); color: var(--dim); font-size: .75rem; max-width: 100%; }
.k-log .n b { font-weight: 500; }
.k-fault .n p { background: var(--face); border: 1.5px solid var(--bad); }
.k-retry .n p { background: var(--face); border: 1.5px solid var(--warn); }
.k-wait .n p { background: var(--face); border: 1.5px solid var(--pause); }
.k-start .n p, .k-end .n p { background: var(--text); color: var(--face); }
.k-start small, .k-end small { color: inherit; }
.gap .s { padding: .15rem 0; }
.gap .n p { background: var(--face); color: var(--dim); font-size: .75rem; padding: 0 .5rem;
  border-left: 3px solid var(--turn); border-radius: 0; }
@media (min-width: 45rem) {
  .s { --edge: 2.5rem; font-size: .86rem; }
  .lanes b, .lanes b:nth-child(3) { width: 5rem; text-align: center; }
  .seq li { grid-template-columns: 4.2rem minmax(0, 1fr); }
  .a { width: calc(50% - var(--edge) - 3px); }
  .a.h2 { margin-left: calc(50% + 2px); }
  .a p, .a.h2 p { background: none; width: auto; text-align: center; }
  .a i, .a.h2 i { width: auto; margin-left: 0; }
  .plot { height: 9rem; }
}
@media print { section { break-inside: auto; } .lanes { position: static; } }
)css";
}

} // namespace costrand::trace
