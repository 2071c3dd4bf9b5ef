// Runs the presenter on a clock of its own: tick after tick of a screen's refresh, some of them
// lost. Knows what was really on the screen: what is drawn in one frame is seen from the next frame
// that comes. Evaluated in the page by test_presenter.py; gives one entry per trial. With
// readyAtTick the blank before the first picture waits until that tick.
async ({ intervalMs, lostTicks, jitterMs, trials, readyAtTick = 0 }) => {
  const { Presenter } = await import("/static/js/presenter.js");
  const isLost = new Set(lostTicks);
  let tick = 0;
  let callback = null;
  const clock = {
    requestFrame: (next) => {
      callback = next;
    },
  };
  let changes = []; // what is drawn, in the tick it is drawn in
  const note = (what) => changes.push({ what, tick });
  const stage = {
    show: (sides) => note(sides.join("+")),
    blank: () => note("blank"),
    ask: () => note("question"),
    fixate: (sides) => note(`cross ${sides.join("+")}`),
    mask: (sides) => note(`noise ${sides.join("+")}`),
  };
  const presenter = new Presenter(stage, clock);
  const results = [];
  for (const trial of trials) {
    const frames = []; // [tick, stamp] of every frame that came
    let presentation = null;
    changes = [];
    let open = null;
    const ready = new Promise((resolve) => {
      open = resolve;
    });
    presenter.present(trial, ready).then((done) => {
      presentation = done;
    });
    while (presentation === null) {
      tick += 1;
      if (tick >= readyAtTick) open();
      if (!isLost.has(tick) && callback !== null) {
        const stamp = tick * intervalMs + jitterMs[tick % jitterMs.length];
        const call = callback;
        callback = null;
        frames.push([tick, stamp]);
        call(stamp);
      }
      for (let i = 0; i < 6; i += 1) await null; // the presenter goes on in microtasks
    }
    const seen = changes.map((change) => {
      const [seenTick, stamp] = frames.find(([frameTick]) => frameTick > change.tick);
      return { ...change, seenTick, stamp };
    });
    results.push({ presentation, seen, firstStamp: frames[0][1] });
    tick += 37; // a pause without frames, as when the participant thinks
  }
  return results;
}
