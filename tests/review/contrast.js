// What cannot be seen on a page, by computed style: [{text, where, ratio}] of every text and icon that is too faint
// against what lies behind it (WCAG 2: 4.5 to 1; 3 to 1 for large text and icons). Not held to it: what is disabled,
// a field's label that stands where its value will, an arrow that shows where a table could be sorted.
() => {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(rgba(getComputedStyle(one).backgroundColor));
    const drawing = element.ownerSVGElement, box = element.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const shapes = drawing ? [...drawing.querySelectorAll("rect, circle, path")] : [];
    for (const shape of shapes) {  // in the order in which they are drawn
      const own = shape.getBoundingClientRect();
      const isBehind = shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (isBehind && own.left < x && x < own.right && own.top < y && y < own.bottom)
        layers.unshift(rgba(getComputedStyle(shape).fill));
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255]);
  };
  const opacity = (element) => {
    let product = 1;
    for (let one = element; one; one = one.parentElement) product *= Number(getComputedStyle(one).opacity);
    return product;
  };
  const faint = [];
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(" ").trim();
    const isIcon = element.matches(".q-icon");
    if (!text && !isIcon) continue;
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!box.width || !box.height || !element.checkVisibility({ checkVisibilityCSS: true })) continue;
    if (element.closest("[disabled], .disabled, datalist, style, script, .q-field__label, .q-table__sort-icon")) continue;
    const drawn = rgba(element.ownerSVGElement ? style.fill : style.color);
    drawn[3] *= opacity(element);
    const ground = behind(element), lights = [light(over(drawn, ground)), light(ground)];
    const ratio = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (isIcon || isLarge ? 3 : 4.5)) {
      const where = element.closest("[class]");
      faint.push({ text: text || "icon", where: where && where.getAttribute("class"), ratio: ratio.toFixed(2) });
    }
  }
  return faint;
}
