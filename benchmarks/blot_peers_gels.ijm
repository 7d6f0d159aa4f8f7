// ImageJ's Gels tool (Analyze > Gels) on one blot, as a careful person uses it, with the true positions given.
//   java -cp ij.jar ij.ImageJ -macro blot_peers_gels.ijm request.txt      (needs a display: Xvfb; -batch has no toolbar)
// request.txt, one value a line: picture, table to write, 1 to invert (bright bands), lane width, lane top, lane
// height, how many times taller than usual the plots are, lanes, bands; then for each lane: its centre x and its bands' rows, by spaces.
// A line is drawn between the valleys beside each band on the lane's plot, the band is taken with the wand, and the
// number is the count of enclosed pixels: the joint scale of all plots and the bitmap's steps belong to the tool.

var profiles, height, each, most;  // what the functions below see

request = split(File.openAsString(getArgument()), "\n");
open(request[0]);
if (request[2] == "1")
    run("Invert");  // the tool takes bands as dark: bright ones would measure the background, without a word
width = parseInt(request[3]);
top = parseInt(request[4]);
height = parseInt(request[5]);
run("Gel Analyzer Options...", "vertical=" + request[6] + " horizontal=1 label invert");
lanes = parseInt(request[7]);
bands = parseInt(request[8]);
profiles = newArray(lanes * height);
for (i = 0; i < lanes; i++) {
    place = split(request[9 + i], " ");
    makeRectangle(round(parseFloat(place[0]) - width / 2), top, width, height);
    setKeyDown("alt");  // a vertical profile
    profile = getProfile();
    setKeyDown("none");
    for (j = 0; j < height; j++)
        profiles[i * height + j] = profile[j];
    if (i == 0) run("Select First Lane");
    else run("Select Next Lane");
}
most = profiles[0];
for (j = 0; j < profiles.length; j++)
    most = minOf(most, profiles[j]);
run("Plot Lanes");
margin = 16;
each = floor((getHeight() - margin - 2) / lanes);
scale = getWidth() / height;
table = "lane,band,pixels\n";
setForegroundColor(0, 0, 0);
run("Line Width...", "line=1");
for (i = 0; i < lanes; i++) {
    place = split(request[9 + i], " ");
    for (k = 0; k < bands; k++) {
        row = parseFloat(place[k + 1]) - top;
        above = maxOf(0, row - 45);
        below = minOf(height - 1, row + 45);
        if (k > 0) above = parseFloat(place[k]) - top;
        if (k < bands - 1) below = parseFloat(place[k + 2]) - top;
        above = valley(i, maxOf(above, row - 45), row);
        below = valley(i, row, minOf(below, row + 45));
        plotTop = margin + i * each;
        x1 = round(above * scale);
        x2 = round(below * scale);
        y1 = onCurve(x1, plotTop);
        y2 = onCurve(x2, plotTop);
        drawLine(x1, y1, x2, y2);
        peak = round(row * scale);
        line = y1 + (y2 - y1) * (peak - x1) / (x2 - x1);
        crest = onCurve(peak, plotTop);
        if (profiles[i * height + round(row)] - most < 0.004 * most + 1)
            crest = plotTop;  // the highest peak of all touches the frame of its plot
        inside = round((crest + line) / 2);
        pixels = 0;
        if (line - crest >= 3) {
            doWand(peak, inside);
            getSelectionBounds(left, upper, wide, tall);
            if (left < x1 - 1 || left + wide > x2 + 2) {  // the line left a gap: closed as a person does, by strokes
                drawLine(x1, y1 - 2, x1, y1 + 2);
                drawLine(x2, y2 - 2, x2, y2 + 2);
                doWand(peak, inside);
            }
            getStatistics(pixels);
        }
        table = table + (i + 1) + "," + k + "," + pixels + "\n";
    }
}
File.saveString(table, request[1]);
close("*");
run("Quit");

// the row of the plot's curve at a column: the first black pixel from the top of the lane's plot
function onCurve(x, plotTop) {
    found = plotTop + 1;
    searching = true;
    for (y = plotTop + 1; searching; y++) {
        if (y >= plotTop + each - 1) searching = false;
        if (getPixel(x, y) == 0) searching = false;
        found = y;
    }
    return found;
}

// the row, of a lane's profile between two rows, that holds the least signal (the bands are dark: the largest number)
function valley(lane, first, last) {
    best = floor(first);
    for (j = floor(first); j <= last; j++)
        if (profiles[lane * height + j] > profiles[lane * height + best]) best = j;
    return best;
}
