"""What a published docx may consist of: elements and attributes by name, values by pattern.

Everything not named here is left out. Sources: ECMA-376 part 1 (WordprocessingML, DrawingML).
"""

from __future__ import annotations

import re

from redaction.writers.docx_package import PIC, WP, WPG, WPS, A, M, V, w

_W_BODY = """
document body p r t tab ptab br cr noBreakHyphen tbl tr tc tblGrid gridCol sectPr hdr ftr footnotes
footnote endnotes endnote footnoteReference endnoteReference footnoteRef endnoteRef separator
continuationSeparator drawing pict txbxContent fldChar instrText fldSimple
"""
_W_PARAGRAPH = """
pPr pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr ilvl numId
suppressLineNumbers pBdr top left bottom right start end between bar shd tabs suppressAutoHyphens
kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid
spacing ind contextualSpacing mirrorIndents jc textDirection textAlignment textboxTightWrap
outlineLvl
"""
_W_RUN = """
rPr rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof
color w kern position sz szCs highlight u bdr vertAlign rtl cs em eastAsianLayout oMath
"""
_W_TABLE = """
tblPr tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW
tblCellSpacing tblInd tblBorders insideH insideV tblLayout tblCellMar tblLook trPr gridBefore
gridAfter wBefore wAfter cantSplit trHeight tblHeader tcPr tcW gridSpan hMerge vMerge tcBorders
tl2br tr2bl noWrap tcMar vAlign hideMark
"""
_W_SECTION = """
headerReference footerReference footnotePr endnotePr pos numFmt numStart numRestart type pgSz pgMar
pgBorders lnNumType pgNumType cols col noEndnote titlePg rtlGutter docGrid
"""
_W_STYLES = """
styles docDefaults rPrDefault pPrDefault style name basedOn next link uiPriority unhideWhenUsed
qFormat tblStylePr numbering abstractNum multiLevelType styleLink numStyleLink lvl lvlRestart isLgl
suff lvlText lvlJc num abstractNumId lvlOverride startOverride
"""
_WP = """
inline anchor extent effectExtent positionH positionV posOffset align simplePos wrapNone wrapSquare
wrapTight wrapThrough wrapTopAndBottom wrapPolygon lineTo docPr cNvGraphicFramePr
"""
_A = """
graphic graphicData graphicFrameLocks xfrm off ext chOff chExt prstGeom avLst gd blip stretch
fillRect srcRect ln solidFill noFill srgbClr schemeClr sysClr prstClr prstDash round miter headEnd
tailEnd lumMod lumOff tint shade alpha fontRef spAutoFit noAutofit normAutofit picLocks
"""
_PIC = "pic nvPicPr cNvPr cNvPicPr blipFill spPr"
_WPS = "wsp cNvSpPr cNvCnPr cNvPr spPr bodyPr txbx"
_WPG = "wgp grpSp cNvGrpSpPr grpSpPr cNvPr"
_V = "shape rect roundrect oval line group imagedata textbox fill stroke"
_M = """
oMath oMathPara oMathParaPr r t rPr ctrlPr jc sty scr nor f fPr num den type rad radPr deg degHide e
sSup sSub sSubSup sSupPr sSubPr sSubSupPr sup sub nary naryPr chr limLoc subHide supHide d dPr
begChr endChr sepChr grow func funcPr fName acc accPr bar barPr pos m mPr mcs mc mcPr count mcJc mr
eqArr eqArrPr limLow limLowPr lim limUpp limUppPr box boxPr borderBox borderBoxPr groupChr
groupChrPr sPre sPrePr
"""


def _names(namespace: str, listed: str) -> frozenset[str]:
    return frozenset(f"{{{namespace}}}{name}" for name in listed.split())


ELEMENTS = (
    frozenset(
        w(name)
        for listed in (_W_BODY, _W_PARAGRAPH, _W_RUN, _W_TABLE, _W_SECTION, _W_STYLES)
        for name in listed.split()
    )
    | _names(WP, _WP)
    | _names(A, _A)
    | _names(PIC, _PIC)
    | _names(WPS, _WPS)
    | _names(WPG, _WPG)
    | _names(V, _V)
    | _names(M, _M)
)

_W_ATTRIBUTES = """
val w h type id color sz space fill hint line lineRule before after beforeLines afterLines
beforeAutospacing afterAutospacing left right start end firstLine firstLineChars hanging
hangingChars leftChars rightChars startChars endChars pos leader orient top bottom header footer
gutter num equalWidth sep linePitch charSpace fmt hRule wrap hAnchor vAnchor xAlign yAlign x y
hSpace vSpace lines dropCap anchorLock firstRow lastRow firstColumn lastColumn noHBand noVBand
styleId default ilvl numId abstractNumId offsetFrom display zOrder countBy distance restart clear
shadow frame combine combineBrackets vert vertCompress fldCharType instr leftFromText rightFromText
topFromText bottomFromText vertAnchor horzAnchor tblpX tblpY tblpXSpec tblpYSpec alignment
relativeTo
"""
_W_FONTS = "ascii hAnsi eastAsia cs"
_PLAIN_ATTRIBUTES = """
cx cy l t r b x y id prst rot flipH flipV w cap cmpd algn val relativeFrom distT distB distL distR
relativeHeight behindDoc locked layoutInCell allowOverlap wrapText uri noChangeAspect fmla vert wrap
lIns tIns rIns bIns numCol anchor anchorCtr upright compatLnSpc name coordsize coordorigin
strokeweight strokecolor fillcolor stroked filled opacity color type from to arcsize on inset style
len lim idx simplePos
"""

W_ATTRIBUTES = frozenset(w(name) for name in _W_ATTRIBUTES.split())
FONT_ATTRIBUTES = frozenset(w(name) for name in _W_FONTS.split())
PLAIN_ATTRIBUTES = frozenset(_PLAIN_ATTRIBUTES.split())
MATH_ATTRIBUTES = frozenset(f"{{{M}}}{name}" for name in ("val", "alnAt"))

# Numbers, units, enumerations, colours: nothing in which a sentence or a long number fits.
ATTRIBUTE_VALUE = re.compile(r"(?=.{0,40}\Z)(?!.*[0-9]{11})[A-Za-z0-9#%.,+\- ]*")
MATH_VALUE = re.compile(r"[A-Za-z0-9.+\-]{0,20}|[^A-Za-z0-9\u3400-\u9fff]{0,2}")
FONT_NAME = re.compile(r"(?!.*[0-9]{5})[A-Za-z0-9 ._@\-\u3400-\u9fff]{1,32}")
GRAPHIC_URIS = frozenset({PIC, WPS, WPG})
STYLE_PROPERTY = re.compile(
    r"(position|left|top|width|height|margin-left|margin-top|margin-right|margin-bottom|z-index"
    r"|rotation|mso-position-(?:horizontal|vertical)(?:-relative)?|mso-wrap-style"
    r"|mso-wrap-distance-(?:left|right|top|bottom)|v-text-anchor|text-align)"
    r"\s*:\s*([A-Za-z0-9.%\-]{1,20})"
)

# Numbering shows its own letters, which nobody screened: only what counts and divides is kept.
LEVEL_TEXT = re.compile(
    r"[%1-9第条章节款项目编部分附件表图步、.．。,，:：;；()（）\[\]【】〔〕<>《》\-—–·•●○■□◆◇▪▫➢►→√✓*\s"
    r"\uf000-\uf0ff]*"
)

KNOWN_STYLE = re.compile(
    r"(?i)normal|(heading|toc|index|list|list bullet|list number|list continue|body text"
    r"|body text indent|body text first indent) ?[1-9]?|title|subtitle|header|footer|page number"
    r"|footnote text|footnote reference|endnote text|endnote reference|caption|date|signature"
    r"|salutation|closing|plain text|no spacing|quote|intense quote|strong|emphasis|hyperlink"
    r"|normal indent|normal \(web\)|normal table|no list|table grid|table normal|list paragraph"
    r"|default paragraph font|balloon text|block text|document map"
)

# Visible check marks that live in symbol fonts, and what they are.
CHECK_MARKS = {
    "F0AB": "★",
    "F0B6": "★",
    "F0B7": "·",
    "F0A3": "□",
    "F053": "☒",
    "F06F": "□",
    "F0A8": "□",
    "F071": "□",
    "F0FE": "☑",
    "F052": "☑",
    "F0FC": "✓",
    "F050": "✓",
    "F0FB": "✗",
    "F0FD": "☒",
    "F054": "☒",
    "F06C": "●",
    "F06E": "■",
    "F0E0": "→",
    "F0D8": "➢",
}
CHECK_MARK_FONTS = frozenset({"Wingdings", "Wingdings 2", "Symbol"})
