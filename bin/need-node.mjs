// Plain JavaScript on purpose: it must run on the old Node that it reports. npm scripts find the project's own Node
// (an optional dependency) first in PATH; where its platform package is missing, the machine's own has to be new enough.
const wanted = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < wanted) {
  console.error(
    `tollgate needs Node ${wanted} or newer and found ${process.versions.node}. ` +
      'Run `npm ci` again (it brings its own Node on Linux and most Macs) or install Node 24 from https://nodejs.org.',
  );
  process.exit(1);
}
