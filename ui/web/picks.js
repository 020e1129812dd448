/* What was picked here and not yet answered: a late answer is known by it and undoes nothing that the reader did since. */
function makePicks() {
  let asked = [], sent;
  return {
    ask: id => { asked.push(id); },
    /* Whether what the server says is picked is neither what it said last nor an answer. */
    isNews(id) {
      const answers = asked.lastIndexOf(id), news = id !== sent && answers < 0;
      asked = news ? [] : asked.slice(answers + 1);
      sent = id;
      return news;
    }
  };
}

