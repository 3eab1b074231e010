// The filter box: hides the findings that hold not every word of it. Without this script all of them are there.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const input = document.getElementById("words");
  const shown = document.getElementById("shown");
  const cards = [...document.querySelectorAll(".tier .finding")];
  const tiers = [...document.querySelectorAll(".tier")];
  const texts = cards.map((card) => card.textContent.toLowerCase());
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    cards.forEach((card, at) => {
      card.hidden = !words.every((word) => texts[at].includes(word));
      if (!card.hidden) count += 1;
    });
    for (const tier of tiers) tier.hidden = !tier.querySelector(".finding:not([hidden])");
    shown.textContent = words.length ? `${count} of ${cards.length}` : `${cards.length} findings`;
  };
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const folded = target && target.closest("details");
    if (folded) folded.open = true;
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", apply);
  addEventListener("hashchange", open);
  form.hidden = false;
  open();
})();
