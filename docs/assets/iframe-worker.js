/* Lets the site's search work when the pages are opened from a folder: browsers start no worker
   from a file, so the search runs in a hidden frame that has what it uses of a worker. */
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      const inside = frame.contentWindow;
      const queue = [];
      let listener = null;
      const hear = (data) => listener?.({ data });
      this.postMessage = (data) => (listener ? hear(data) : queue.push(data));
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inside.addEventListener = (kind, handler) => {
        if (kind !== "message") return;
        listener = handler;
        queue.splice(0).forEach(hear);
      };
      inside.importScripts = (...addresses) =>
        Promise.all(addresses.map((each) => load(inside.document, each)));
      load(inside.document, address);
    }

    terminate() {}
  };

  function load(page, address) {
    return new Promise((done, failed) => {
      const script = page.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      (page.body ?? page.documentElement).append(script);
    });
  }
}
