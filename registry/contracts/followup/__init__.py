"""What a contract owes besides the data of each period: the yearly report of its operator, and the steps to its end.

Source of law: CCP L3131-5, R3131-2 to R3131-4 (the report); CGCT L1411-3, L1413-1 (who examines it).
"""
