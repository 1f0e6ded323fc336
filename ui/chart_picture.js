// A chart as a PNG, drawn by the browser that shows it: its layers, and below them where its figures are from.
const FONT = '"Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif';
const EDGE = 16;
const WIDE = 1600; // pixels of the picture, at least

function layer(svg) {
  const copy = svg.cloneNode(true);
  copy.querySelectorAll(".hoverlayer").forEach((each) => each.remove());
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.style.background = "none";
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
  return image.decode().then(() => image);
}

function broken(pen, text, room) {
  const lines = [""];
  for (const letter of text) {
    if (pen.measureText(lines[lines.length - 1] + letter).width > room) lines.push("");
    lines[lines.length - 1] += letter;
  }
  return lines;
}

async function picture(chart, data) {
  const { width, height } = chart._fullLayout;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const small = `13px ${FONT}`;
  const large = `bold 17px ${FONT}`;
  const written = (font, texts) => {
    pen.font = font;
    return texts.flatMap((text) => broken(pen, text, width));
  };
  const hasTitle = Boolean(chart._fullLayout.title && chart._fullLayout.title.text);
  const head = hasTitle ? [] : written(large, [data.title]);
  const foot = written(small, data.lines.filter(Boolean));
  const scale = Math.max(2, WIDE / (width + 2 * EDGE));
  const top = EDGE + head.length * 24;
  canvas.width = Math.round((width + 2 * EDGE) * scale);
  canvas.height = Math.round((top + height + foot.length * 19 + EDGE) * scale);
  pen.scale(scale, scale);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const write = (font, colour, texts, from, step) => {
    pen.font = font;
    pen.fillStyle = colour;
    texts.forEach((text, at) => pen.fillText(text, EDGE, from + step * (at + 0.8)));
  };
  write(large, "#1b2733", head, EDGE, 24);
  for (const image of await Promise.all([...chart.querySelectorAll(".main-svg")].map(layer)))
    pen.drawImage(image, EDGE, top, width, height);
  write(small, "#5a6875", foot, top + height, 19);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  button.onclick = async () => {
    const chart = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (!chart || !chart._fullLayout) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await picture(chart, data));
    link.download = data.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    setTriggerValue("taken", data.name); // for the audit log
  };
  return () => {
    button.onclick = null;
  };
}
